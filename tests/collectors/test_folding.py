"""Too many names fold into one; nothing is lost, and nothing changes from good to bad on the way."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.folding import OTHER, Folding
from collectors.mapping import GaugeLeaf, Limits, MetricMap, RequestLeaf
from collectors.openmetrics import PageParser
from collectors.tally import Tally
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.quality import FOLDED
from store.records import Scope, Source

T0 = 1_795_000_000_000
SOURCE = Source("dc1", "exposition", "dc1", 1000)
OUTCOMES = OutcomeTable("test", {"ok": Kind.GOOD, "system_error": Kind.BAD})
KNOWN = {"product": frozenset({"loan"}), "outcome": frozenset({"ok"})}


def request(product: str = "loan", dcn: str = "", step: str = "", outcome: str = "ok") -> RequestLeaf:
    return RequestLeaf(product, "dc1", dcn, step, outcome, "customer")


def test_values_beyond_the_limit_become_other() -> None:
    """Those that came first keep their names."""
    folding = Folding("s", Limits(values_per_dimension=2), {})
    steps = [folding.stored(request(step=step)) for step in "abcda"]
    assert [leaf.step for leaf in steps if isinstance(leaf, RequestLeaf)] == ["a", "b", OTHER, OTHER, "a"]
    assert folding.folded == Counter(step=2)


def test_names_of_the_catalog_are_never_folded() -> None:
    """However many strangers came before."""
    folding = Folding("s", Limits(values_per_dimension=1), KNOWN)
    assert folding.stored(request(product="a", outcome="x")) == request(product="a", outcome="x")
    assert folding.stored(request(product="b", outcome="y")) == request(product=OTHER, outcome=OTHER)
    assert folding.stored(request()) == request()


def test_too_many_series_give_up_step_and_dcn() -> None:
    """Although each dimension keeps its own limit, their product does not."""
    folding = Folding("s", Limits(series_per_metric=3), {})
    leaves = {folding.stored(request(dcn=dcn, step=step)) for dcn in "abc" for step in "xyz"}
    assert leaves == {*(request(dcn="a", step=step) for step in "xyz"), request(dcn=OTHER, step=OTHER)}


def test_gauges_beyond_the_limit_are_not_kept() -> None:
    """A gauge cannot be added up."""
    folding = Folding("s", Limits(values_per_dimension=1), {})
    assert folding.stored(GaugeLeaf("g", "a")) == GaugeLeaf("g", "a")
    assert folding.stored(GaugeLeaf("g", "b")) is None
    assert folding.stored(GaugeLeaf("h", "b")) == GaugeLeaf("h", "b")


def test_what_is_gone_frees_its_room() -> None:
    """Only what a source names now is limited."""
    folding = Folding("s", Limits(values_per_dimension=1), KNOWN)
    folding.stored(request(step="a"))
    folding.keep_only([request(), GaugeLeaf("g", "a")])
    assert folding.stored(request(step="b")) == request(step="b")
    assert folding.stored(GaugeLeaf("g", "b")) is None


def test_a_limit_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """One line per dimension, not per series."""
    folding = Folding("s", Limits(values_per_dimension=1), {})
    with caplog.at_level(logging.WARNING):
        for step in "abcd":
            folding.stored(request(step=step))
    assert [record.message for record in caplog.records] == [
        "source s: step: more than 1 values; the rest is counted as __other__"
    ]


Counts = dict[tuple[str, str, str, str], int]


def text_of(counts: Counts) -> str:
    lines = [
        f'lending_requests_total{{product="{p}",dcn="{d}",step="{s}",outcome="{o}"}} {number}'
        for (p, d, s, o), number in counts.items()
    ]
    return "\n".join([*lines, f"process_start_time_seconds {T0 / 1000 - 5:.3f}", "# EOF", ""])


NAME = st.tuples(
    st.sampled_from(["loan", "p1", "p2", "p3"]),
    st.sampled_from(["", "d1", "d2", "d3"]),
    st.sampled_from(["", "s1", "s2", "s3"]),
    st.sampled_from(["ok", "system_error", "x1", "x2", "x3"]),
)


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(NAME, min_size=1, max_size=40, unique=True),
    growths=st.lists(st.lists(st.integers(0, 9), min_size=40, max_size=40), min_size=1, max_size=5),
    limits=st.builds(Limits, series_per_metric=st.integers(1, 12), values_per_dimension=st.integers(1, 3)),
    restarts=st.booleans(),
)
def test_folding_conserves_every_good_and_every_bad_event(
    names: list[tuple[str, str, str, str]], growths: list[list[int]], limits: Limits, restarts: bool
) -> None:
    """From page text to the store, also when the collector restarts in between: sums equal those without a limit."""
    mapping = MetricMap(products=frozenset({"loan"}), limits=limits)
    store = MemoryStore()
    store.register(SOURCE, T0)
    counts: Counts = dict.fromkeys(names, 0)
    parser, tally = PageParser(mapping), Tally.resumed(store.resume("dc1"), SOURCE, mapping, OUTCOMES, in_order=True)
    for number, growth in enumerate([[0] * 40, *growths]):
        for name, more in zip(names, growth, strict=False):
            counts[name] += more
        if restarts:
            parser = PageParser(mapping)
            tally = Tally.resumed(store.resume("dc1"), SOURCE, mapping, OUTCOMES, in_order=True)
        proposal = tally.propose(parser.parse(text_of(counts), T0 + number * 1000, openmetrics=True))
        tally.accept(proposal, store.commit(proposal.batch))
    with store.reading() as reader:
        bank = reader.totals(Scope.BANK, T0 // 1000 - 60, T0 // 1000 + 60)
        products = reader.totals(Scope.PRODUCT, T0 // 1000 - 60, T0 // 1000 + 60)
    good = sum(number for (_, _, _, outcome), number in counts.items() if outcome == "ok")
    assert sum(each.good for each in bank.values()) == good
    assert sum(each.bad for each in bank.values()) == sum(counts.values()) - good
    loan = sum(number for (product, *_), number in counts.items() if product == "loan")
    assert sum(each.total for unit, each in products.items() if unit.product == "loan") == loan
    if not restarts:
        assert len({unit.product for unit in products}) <= limits.values_per_dimension + 2


def test_folding_is_told_beside_the_gauges() -> None:
    """As a number of series, again after a restart of the collector."""
    mapping = MetricMap(limits=Limits(values_per_dimension=1))
    store = MemoryStore()
    store.register(SOURCE, T0)
    text = text_of({("loan", "", step, "ok"): 1 for step in ("a", "b", "c")})

    def folded() -> list[str]:
        with store.reading() as reader:
            return [gauge.value for gauge in reader.gauges() if gauge.name == FOLDED]

    for second, chosen, told in [(0, mapping, ["2"]), (1, MetricMap(), ["0"])]:
        tally = Tally.resumed(store.resume("dc1"), SOURCE, chosen, OUTCOMES, in_order=True)
        proposal = tally.propose(PageParser(chosen).parse(text, T0 + second * 1000, openmetrics=True))
        tally.accept(proposal, store.commit(proposal.batch))
        assert folded() == told
