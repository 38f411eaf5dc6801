"""Counters that a page does not show any more are told by product."""

from __future__ import annotations

from collectors.absence import Vanished, by_product, gauges
from collectors.mapping import CostLeaf, Leaf, MetricMap, RequestLeaf
from collectors.page import Page
from collectors.tally import Tally
from slo.outcomes import Kind, OutcomeTable
from store.quality import KNOWN, VANISHED, product_label, product_of
from store.records import Resume, Source

SOURCE = Source("dc1", "exposition", "dc1", 1000)
NOW_MS = 1_790_000_000_000


def request(product: str, outcome: str) -> str:
    """A request counter of the reference estate."""
    labels = {"product": product, "step": "apply", "data_center": "dc1", "dcn": "d1", "outcome": outcome}
    inner = ",".join(f'{name}="{value}"' for name, value in sorted({**labels, "traffic": "customer"}.items()))
    return f"lending_requests_total{{{inner}}}"


def page(at_ms: int, *series: str) -> Page:
    """A whole page with these counters."""
    return Page(at_ms, NOW_MS - 5000, None, len(series), dict.fromkeys(series, "7"), {}, complete=True)


def told(tally: Tally, shown: Page, version: int) -> list[tuple[str, str, str]]:
    """Gauges of quality that a page brings, taken over as stored."""
    proposal = tally.propose(shown)
    tally.accept(proposal, version)
    return [(g.name, g.labels, g.value) for g in proposal.batch.gauges]


def new_tally(resume: Resume) -> Tally:
    """A tally of the reference estate."""
    outcomes = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
    return Tally.resumed(resume, SOURCE, MetricMap(), outcomes, in_order=True)


def test_a_product_whose_counters_vanish_is_told_once_and_again_when_they_return() -> None:
    tally = new_tally(Resume(0, None, (), None, None))
    micro, identity = request("micro", "ok"), request("identity", "ok")
    label = 'product="micro"'
    assert told(tally, page(NOW_MS, micro, identity), 1) == []
    assert told(tally, page(NOW_MS + 1000, identity), 2) == [(VANISHED, label, "1"), (KNOWN, label, "1")]
    assert told(tally, page(NOW_MS + 2000, identity), 3) == []
    assert told(tally, page(NOW_MS + 3000, micro, identity), 4) == [(VANISHED, label, "0"), (KNOWN, label, "1")]


def test_a_collector_that_goes_on_tells_what_its_predecessor_may_have_left_behind() -> None:
    tally = new_tally(Resume(0, None, (), None, None))
    first = tally.propose(page(NOW_MS, request("micro", "ok")))
    stored = Resume(1, NOW_MS, first.batch.new_series, first.batch.state, None)
    heir = new_tally(stored)
    shown = page(NOW_MS + 1000, request("micro", "ok"))
    assert (VANISHED, 'product="micro"', "0") in told(heir, shown, 2)


def test_only_counters_of_requests_and_transactions_speak_of_a_product() -> None:
    leaves: dict[str, Leaf] = {
        "a": RequestLeaf("micro", "dc1", "d1", "apply", "ok", "customer"),
        "b": RequestLeaf("micro", "dc1", "d1", "apply", "error", "customer"),
        "c": CostLeaf("power", "micro", "dc1"),
    }
    assert by_product(list(leaves), {"b", "c"}, leaves.get) == (Vanished("micro", 2, 1),)


def test_nothing_is_told_twice() -> None:
    now = (Vanished("micro", 2, 1),)
    assert list(gauges("dc1", NOW_MS, now, now)) == []


def test_a_product_survives_as_a_label() -> None:
    for product in ("micro", 'a"b', "a\\b", "a\nb", "a\\nb"):
        assert product_of(product_label(product)) == product
