"""Exact counts per bucket, whatever dies in between."""

from __future__ import annotations

import json
import random
import zlib

import pytest

from collectors.latency import LatencyTally
from collectors.mapping import MetricMap
from collectors.openmetrics import PageParser
from collectors.tally import Tally
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Level, Read, Scope, Source

START_MS = 1_795_276_800_000
SOURCE = Source("dc1", "exposition", "dc1", 1000)
OUTCOMES = OutcomeTable("test", {"ok": Kind.GOOD})
BOUNDS = ("0.1", "0.5", "+Inf")
KNOWN = MetricMap(products=frozenset({"loan"}))
NAME = "lending_request_duration_seconds_bucket"


def page(born_ms: int, counts: list[int], step: str = "apply") -> str:
    """A page of a process with one histogram; ``counts`` are those of each bucket alone."""
    sums = [sum(counts[: at + 1]) for at in range(len(counts))]
    edges = zip(BOUNDS, sums, strict=True)
    lines = [f'{NAME}{{product="loan",step="{step}",le="{edge}"}} {number}' for edge, number in edges]
    requests = f'lending_requests_total{{product="loan",step="apply",outcome="ok"}} {sums[-1]}'
    return "\n".join([requests, *lines, f"process_start_time_seconds {born_ms / 1000}", ""])


class Collector:
    """A tally with its memory in a store, as a watcher holds them."""

    def __init__(self, store: MemoryStore) -> None:
        mapping = MetricMap()
        resume = store.resume("dc1")
        self._store = store
        self._parser = PageParser(mapping)
        self._tally = Tally.resumed(resume, SOURCE, mapping, OUTCOMES, in_order=True)
        self._latency = LatencyTally(mapping, resume.latency)

    def read(self, text: str, at_ms: int, *, stored: bool = True) -> None:
        """One page; ``stored=False``: the store took it not."""
        parsed = self._parser.parse(text, at_ms, openmetrics=False)
        proposal = self._tally.propose(parsed, Read(at_ms, collected=True))
        proposal = self._latency.joined(self._parser.buckets(), proposal, self._tally.last_page_ms)
        if not stored:
            self._parser.forget()
            return
        self._tally.accept(proposal, self._store.commit(proposal.batch))
        self._latency.accept(proposal)


def known_store() -> MemoryStore:
    """A store that knows the source."""
    store = MemoryStore()
    store.register(SOURCE, 0)
    return store


def minutes(store: MemoryStore) -> dict[int, tuple[int, ...]]:
    """Counts by minutes after the start."""
    with store.reading() as reader:
        found = reader.latency(Level.MINUTE, 0, 2 * START_MS, product="loan")
    return {(each.at_s - START_MS // 1000) // 60: each.counts for each in found}


def test_every_observation_of_a_page_is_counted_once_through_deaths_of_either_side() -> None:
    """Hundreds of random seconds: the collector is killed, commits are refused, the process is replaced."""
    chance = random.Random(8)
    store = known_store()
    collector, born_ms, counts, truth = Collector(store), START_MS, [0, 0, 0], [0, 0, 0]
    shown = [0, 0, 0]
    collector.read(page(born_ms, counts), START_MS + 1)
    for second in range(1, 900):
        at_ms = START_MS + second * 1000
        counts[chance.randrange(3)] += chance.randrange(5)
        fate = chance.random()
        if fate < 0.03:
            collector = Collector(store)
        if 0.03 < fate < 0.05:  # a process that is replaced has shown everything
            collector.read(page(born_ms, counts), at_ms - 500)
            truth = [one + two for one, two in zip(truth, counts, strict=True)]
            counts, born_ms = [1, 0, 0], at_ms - 100
        if fate > 0.05 or fate < 0.03:
            collector.read(page(born_ms, counts), at_ms, stored=fate < 0.95)
        shown = counts
    collector.read(page(born_ms, shown), START_MS + 960_000)
    collector.read(page(born_ms, shown), START_MS + 1_020_001)
    truth = [one + two for one, two in zip(truth, shown, strict=True)]

    found = list(minutes(store).values())
    assert [sum(column) for column in zip(*found, strict=True)] == truth


def test_a_second_belongs_to_the_minute_it_was_in() -> None:
    """What the first page of a minute shows happened in the last second of the minute before."""
    store = known_store()
    collector = Collector(store)
    collector.read(page(START_MS - 5000, [10, 0, 0]), START_MS + 1000)  # a baseline: nobody looked before
    for second, counts in ((59, [11, 0, 0]), (60, [11, 2, 0]), (61, [11, 2, 4]), (122, [11, 2, 4]), (181, [11, 2, 4])):
        collector.read(page(START_MS - 5000, counts), START_MS + second * 1000)

    assert minutes(store) == {0: (1, 2, 0), 1: (0, 0, 4), 2: (0, 0, 0)}


def test_a_histogram_that_contradicts_itself_is_left_out() -> None:
    """A minute in which it could not be read is not 0, what it grew by comes later; requests are counted as ever."""
    store = known_store()
    collector = Collector(store)
    collector.read(page(START_MS - 5000, [10, 0, 0]), START_MS + 1000)
    broken = page(START_MS - 5000, [10, 3, 0]).replace('le="0.1"} 10', 'le="0.1"} 99')
    collector.read(broken, START_MS + 61_000)

    assert minutes(store) == {}
    collector.read(page(START_MS - 5000, [10, 4, 0]), START_MS + 121_000)
    collector.read(page(START_MS - 5000, [10, 4, 0]), START_MS + 181_000)
    assert minutes(store) == {2: (0, 4, 0)}
    with store.reading() as reader:
        assert sum(each.good for _, _, each in reader.timeline(Level.DAY, Scope.BANK, 0, 2 * START_MS)) == 4


def test_a_process_whose_clock_was_set_back_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    """Its birth is earlier and its counters fell: everything that it shows is new."""
    store = known_store()
    collector = Collector(store)
    collector.read(page(START_MS - 5000, [10, 0, 0]), START_MS + 1000)
    collector.read(page(START_MS - 900_000, [3, 0, 6]), START_MS + 2000)
    assert minutes(store) == {0: (3, 0, 6)}
    assert caplog.messages == []


@pytest.mark.parametrize(
    "edge", ["nan", "sNaN", "-1", "-Inf", "1e999999999", "1e-999999999", "0E+999999", "0." + "1" * 30, "wide", ""]
)
def test_an_edge_that_is_no_time_leaves_its_bucket_out_and_stops_nothing(edge: str) -> None:
    """Whatever a page writes there."""
    store = known_store()
    collector = Collector(store)
    for second, count in ((1, 10), (2, 11), (62, 11)):
        text = page(START_MS - 5000, [count, 0, 0])
        odd = f'{NAME}{{product="loan",step="apply",le="{edge}"}} {count}\n'
        collector.read(text.replace("process_start", odd + "process_start"), START_MS + second * 1000)
    assert minutes(store) == {0: (1, 0, 0)}


@pytest.mark.parametrize(
    ("step", "product"), [("a\0b", "loan"), ("x" * 2000, "loan"), ("apply", "unheard")], ids=["nul", "long", "unknown"]
)
def test_what_no_store_could_name_or_nobody_could_ask_for_is_left_out(step: str, product: str) -> None:
    """Requests of the same page are counted."""
    lines = "".join(f'{NAME}{{product="{product}",step="{step}",le="{edge}"}} 3\n' for edge in BOUNDS)
    text = f'lending_requests_total{{product="loan",step="apply",outcome="ok"}} 3\n{lines}'
    parser = PageParser(KNOWN)
    tally = Tally.resumed(known_store().resume("dc1"), SOURCE, KNOWN, OUTCOMES, in_order=True)
    proposal = tally.propose(parser.parse(text, START_MS, openmetrics=False), Read(START_MS, collected=True))
    assert len(parser.buckets()[0]) == len(BOUNDS)
    latency = LatencyTally(KNOWN, None).joined(parser.buckets(), proposal, None).batch.latency
    assert latency is not None
    assert json.loads(zlib.decompress(latency.state))[2] == {}


def test_more_histograms_than_the_limit_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones go on being counted."""
    monkeypatch.setattr("collectors.latency.MOST_HISTOGRAMS", 2)
    store = known_store()
    collector = Collector(store)
    for second, counts in ((1, [1, 0, 0]), (2, [2, 0, 0]), (62, [2, 0, 0])):
        first, *more = (page(START_MS - 5000, counts, step=f"s{n}") for n in range(4))
        lines = [line for text in more for line in text.split("\n") if line.startswith(NAME)]
        collector.read(first.replace("process_start", "\n".join([*lines, "process_start"])), START_MS + second * 1000)
    with store.reading() as reader:
        found = reader.latency(Level.DAY, 0, 2 * START_MS, product="loan")
    assert [(each.series.step, each.counts) for each in found] == [("s0", (1, 0, 0)), ("s1", (1, 0, 0))]
