"""Series that come and go: counted while they are there, forgotten when they are not, never counted twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.mapping import MetricMap, Pick, Role, Rule
from collectors.openmetrics import PageParser
from collectors.tally import FORGET_AFTER_MS, Tally
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Scope, Source

T0 = 1_795_000_000_000
SOURCE = Source("dc1", "exposition", "dc1", 1000)
OUTCOMES = OutcomeTable("test", {"ok": Kind.GOOD, "system_error": Kind.BAD})
HOUR_MS = 3_600_000


class Watched:
    """A page of pods, read into a store; ``pods``: name -> (birth in milliseconds or None, count)."""

    def __init__(self, mapping: MetricMap | None = None, process_born_ms: int | None = T0 - 5000) -> None:
        self.mapping = mapping or MetricMap()
        self.process_born_ms = process_born_ms
        self.store = MemoryStore()
        self.store.register(SOURCE, T0)
        self.pods: dict[str, tuple[int | None, int]] = {}
        self.unknown_births = 0
        self.resume()

    def resume(self) -> None:
        """A new collector."""
        self.parser = PageParser(self.mapping)
        resumed = self.store.resume("dc1")
        self.tally = Tally.resumed(resumed, SOURCE, self.mapping, OUTCOMES, in_order=True)

    def text(self) -> str:
        lines = ['lending_requests_total{product="p",outcome="ok",dcn="always"} 0']
        for pod, (born_ms, count) in self.pods.items():
            labels = f'{{product="p",outcome="ok",dcn="{pod}"}}'
            lines.append(f"lending_requests_total{labels} {count}")
            if born_ms is not None:
                lines.append(f"lending_requests_created{labels} {born_ms / 1000:.3f}")
        if self.process_born_ms is not None:
            lines.append(f"process_start_time_seconds {self.process_born_ms / 1000:.3f}")
        return "\n".join([*lines, "# EOF", ""])

    def read(self, at_ms: int) -> None:
        """One page, stored."""
        proposal = self.tally.propose(self.parser.parse(self.text(), at_ms, openmetrics=True))
        self.tally.accept(proposal, self.store.commit(proposal.batch))
        self.unknown_births = proposal.batch.reads[-1].unknown_births

    def stored(self) -> int:
        with self.store.reading() as reader:
            totals = reader.totals(Scope.BANK, T0 // 1000 - 86400, T0 // 1000 + 400 * 86400)
        return sum(counts.total for counts in totals.values())

    def remembered(self) -> int:
        return len(self.store.resume("dc1").series)


def test_thousands_of_pods_a_day_leave_no_trace_in_the_memory() -> None:
    """A thousand pods live at a time, replaced each hour for two days: every event is counted, memory stays bounded."""
    watched = Watched()
    watched.read(T0)
    expected = most = 0
    for hour in range(1, 49):
        at_ms = T0 + hour * HOUR_MS
        watched.pods = {f"pod-{hour}-{number}": (at_ms - 500, number % 7) for number in range(1000)}
        watched.read(at_ms)
        expected += sum(count for _, count in watched.pods.values())
        most = max(most, watched.remembered())
    assert watched.stored() == expected
    alive_or_not_gone_for_long = 1000 * (FORGET_AFTER_MS // HOUR_MS + 2)
    assert most <= alive_or_not_gone_for_long * 8 / 7 + 1
    assert len(watched.tally._meanings) <= most + 1000
    assert len(watched.store.resume("dc1").state or b"") < 40 * most


@pytest.mark.parametrize("resumed", [False, True])
def test_a_series_that_comes_back_before_it_is_forgotten_goes_on(resumed: bool) -> None:
    """What it counted while it was hidden is counted."""
    watched = Watched()
    watched.pods = {"a": (None, 5)}
    watched.read(T0)
    watched.pods = {}
    watched.read(T0 + 60_000)
    if resumed:
        watched.resume()
    watched.pods = {"a": (None, 9)}
    watched.read(T0 + FORGET_AFTER_MS)
    assert watched.stored() == 4


def forgotten(watched: Watched) -> None:
    """Takes pod "a" away for long enough."""
    watched.pods = {}
    watched.read(T0 + 60_000)
    watched.read(T0 + 60_000 + FORGET_AFTER_MS)
    assert watched.remembered() == 1


def test_a_forgotten_series_that_was_born_again_counts_from_zero() -> None:
    """Its birth is later than the last page."""
    watched = Watched()
    watched.pods = {"a": (T0 - 1000, 5)}
    watched.read(T0)
    forgotten(watched)
    at_ms = T0 + 2 * FORGET_AFTER_MS
    watched.pods = {"a": (at_ms - 10, 3)}
    watched.read(at_ms)
    assert watched.stored() == 3


def test_a_forgotten_series_of_the_same_birth_is_a_new_baseline_and_said_so() -> None:
    """Counting all of it again would be twice; from here on it counts."""
    watched = Watched()
    watched.pods = {"a": (T0 - 1000, 5)}
    watched.read(T0)
    forgotten(watched)
    watched.pods = {"a": (T0 - 1000, 9)}
    watched.read(T0 + 2 * FORGET_AFTER_MS)
    assert watched.unknown_births == 1
    watched.pods = {"a": (T0 - 1000, 11)}
    watched.read(T0 + 2 * FORGET_AFTER_MS + 1000)
    assert watched.stored() == 2


def test_the_memory_that_is_left_survives_a_restart_of_the_collector() -> None:
    """Values and births stay with their series when the ranks are closed."""
    watched = Watched()
    watched.pods = {name: (None, number) for number, name in enumerate("abcdef")}
    watched.read(T0)
    kept = {name: watched.pods[name] for name in "bf"}
    for at_ms in (T0 + 60_000, T0 + 60_000 + FORGET_AFTER_MS):
        watched.pods = dict(kept)
        watched.read(at_ms)
    assert watched.remembered() == 3
    watched.resume()
    watched.pods = {"b": (None, 11), "f": (None, 25), "g": (T0 + 2 * FORGET_AFTER_MS - 1, 4)}
    watched.read(T0 + 2 * FORGET_AFTER_MS)
    assert watched.stored() == 10 + 20 + 4


LAZY = MetricMap(
    rules=(
        Rule(
            Role.REQUESTS,
            "lending_requests_total",
            {"product": Pick("product"), "outcome": Pick("outcome"), "dcn": Pick("dcn")},
            where=(("outcome", re.compile("ok")),),
            from_zero=True,
        ),
    )
)


def test_an_exporter_that_shows_series_only_once_they_count_is_counted_from_zero() -> None:
    """The first failure of a handler is the first that its page shows."""
    watched = Watched(LAZY)
    watched.pods = {"a": (None, 5)}
    watched.read(T0)
    watched.pods = {"a": (None, 5), "b": (None, 2)}
    watched.read(T0 + 1000)
    assert watched.stored() == 2


def test_such_a_series_is_not_forgotten_while_its_process_may_live() -> None:
    """Or it would be counted twice when it came back."""
    watched = Watched(LAZY)
    watched.pods = {"a": (None, 5)}
    watched.read(T0)
    watched.pods = {}
    watched.read(T0 + 60_000)
    watched.read(T0 + 60_000 + 2 * FORGET_AFTER_MS)
    assert watched.remembered() == 2
    watched.pods = {"a": (None, 6)}
    watched.read(T0 + 3 * FORGET_AFTER_MS)
    assert watched.stored() == 1


def test_a_metric_that_was_only_mapped_now_begins_with_a_baseline() -> None:
    """What it counted in the years before is not of today."""
    watched = Watched(MetricMap(rules=(Rule(Role.TRANSACTIONS, "x_total", {"product": Pick(default="p")}),)))
    page = watched.parser.parse("x_total 1\n", T0, openmetrics=False)
    watched.store.commit(watched.tally.propose(page).batch)
    watched.mapping = LAZY
    watched.resume()
    watched.pods = {"a": (None, 1_000_000)}
    watched.read(T0 + 1000)
    assert watched.stored() == 0
    watched.pods = {"a": (None, 1_000_003)}
    watched.read(T0 + 2000)
    assert watched.stored() == 3


Step = tuple[str, int, int]


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("born"), st.integers(0, 5), st.integers(0, 9)),
            st.tuples(st.just("gone"), st.integers(0, 5), st.just(0)),
            st.tuples(st.just("count"), st.integers(0, 5), st.integers(1, 9)),
            st.tuples(st.just("wait"), st.integers(1, 20), st.just(0)),
            st.tuples(st.just("resume"), st.just(0), st.just(0)),
        ),
        max_size=40,
    )
)
def test_pods_that_come_and_go_are_counted_to_the_event(steps: list[Step]) -> None:
    """Every pod tells its birth: each life adds exactly what its last page showed, however long others were gone."""
    watched = Watched()
    watched.read(T0)
    now_ms, expected = T0, 0
    for name, number, more in steps:
        now_ms += 1000
        pod = f"pod{number}"
        match name:
            case "born" if pod not in watched.pods:
                watched.pods[pod] = (now_ms - 100, more)
                expected += more
            case "gone":
                watched.pods.pop(pod, None)
            case "count" if pod in watched.pods:
                born_ms, count = watched.pods[pod]
                watched.pods[pod] = (born_ms, count + more)
                expected += more
            case "wait":
                now_ms += number * HOUR_MS
            case "resume":
                watched.resume()
        watched.read(now_ms)
        assert watched.stored() == expected
