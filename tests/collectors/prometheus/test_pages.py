"""Raw samples into pages: pure, on small hand-made answers."""

from __future__ import annotations

from collectors.mapping import MetricMap
from collectors.page import Page
from collectors.prometheus.client import Series
from collectors.prometheus.pages import PageBuilder, scrapes_by_instance
from collectors.tally import Tally
from slo.outcomes import Kind, OutcomeTable
from store.records import Resume, Source

MIDDAY_MS = 1_795_320_000_000
TARGET = {"job": "lending", "instance": "a:1"}
APPLY = 'lending_requests_total{outcome="ok",product="p\\"q"}'


def series(name: str, values: dict[int, str], **labels: str) -> Series:
    return Series({"__name__": name, **TARGET, **labels}, tuple(values), tuple(values.values()))


def pages(samples: list[Series], *scrapes_ms: int) -> list[Page]:
    return list(PageBuilder("lending_truth_sequence").pages(samples, scrapes_ms))


def requests(values: dict[int, str], name: str = "lending_requests_total") -> Series:
    return series(name, values, product='p"q', outcome="ok")


def test_up_tells_good_and_failed_scrapes_of_each_instance() -> None:
    """0 is a failed scrape; anything that is not 1 is not taken for a good one."""
    up = [
        Series({"__name__": "up", "instance": "a:1"}, (1, 2, 3), ("1", "0", "1")),
        Series({"__name__": "up", "instance": "b:1"}, (2,), ("NaN",)),
        Series({"__name__": "up"}, (2,), ("1",)),
    ]
    found = scrapes_by_instance(up)
    assert {name: (one.good_ms, one.failed_ms) for name, one in found.items()} == {
        "a:1": ((1, 3), (2,)),
        "b:1": ((), (2,)),
    }
    assert found["a:1"].last_ms == 3
    assert found["a:1"].after(2).good_ms == (3,)
    assert found["a:1"].after(2).failed_ms == ()


def test_an_instance_whose_target_labels_changed_keeps_its_order() -> None:
    """A new label on the target makes a second ``up`` series: both are the same instance, oldest first."""
    up = [
        Series({"__name__": "up", "instance": "a:1", "data_center": "dc1"}, (5, 6), ("1", "1")),
        Series({"__name__": "up", "instance": "a:1"}, (3, 4), ("1", "0")),
    ]
    found = scrapes_by_instance(up)["a:1"]
    assert (found.good_ms, found.failed_ms) == ((3, 5, 6), (4,))
    assert found.labels["data_center"] == "dc1"


def test_samples_of_one_timestamp_are_one_page_oldest_first() -> None:
    """The first page is complete, the second holds what changed; target labels are no part of a series."""
    samples = [
        requests({10: "5", 20: "7"}),
        series("lending_bad_loan_ratio", {10: "0.0123", 20: "0.0123"}, product="p"),
        series("process_start_time_seconds", {10: "1.5", 20: "1.5"}),
        series("lending_truth_sequence", {10: "41", 20: "43"}),
    ]
    first, second = pages(samples, 10, 20)
    assert (first.at_ms, first.process_born_ms, first.mark, first.samples, first.complete) == (10, 1500, 41, 4, True)
    assert first.changed[APPLY] == "5"
    assert first.changed['lending_bad_loan_ratio{product="p"}'] == "0.0123"
    assert (second.at_ms, second.mark, second.complete) == (20, 43, False)
    assert second.changed == {APPLY: "7", "lending_truth_sequence": "43"}


def test_a_timestamp_without_a_good_scrape_is_no_page() -> None:
    """Samples that came in another way than by a whole scrape are not taken for one."""
    assert [page.at_ms for page in pages([requests({10: "5", 15: "6", 20: "7"})], 10, 20)] == [10, 20]


def test_a_restart_makes_a_complete_page_even_of_values_that_look_unchanged() -> None:
    """5 of the old process and 5 of the new one are ten events."""
    samples = [requests({10: "5", 20: "5"}), series("process_start_time_seconds", {10: "1", 20: "2"})]
    _, second = pages(samples, 10, 20)
    assert second.complete
    assert second.changed[APPLY] == "5"
    assert second.process_born_ms == 2000


def test_a_birth_that_moved_makes_a_complete_page() -> None:
    """Births come as series of their own and are told by the text of their counter."""
    created = requests({10: "1.25", 20: "2.25", 30: "2.25"}, "lending_requests_created")
    first, second, third = pages([requests({10: "5", 20: "5", 30: "6"}), created], 10, 20, 30)
    assert (first.born, second.born, third.born) == ({APPLY: 1250}, {APPLY: 2250}, {})
    assert (second.complete, third.complete) == (True, False)
    assert second.changed == {APPLY: "5"}


def test_a_new_series_with_its_birth_comes_with_it() -> None:
    """A counter that appears later carries its own birth on its first page."""
    created = requests({20: "0.015"}, "lending_requests_created")
    _, second = pages([series("other", {10: "1", 20: "1"}), requests({20: "3"}), created], 10, 20)
    assert second.born == {APPLY: 15}
    assert second.changed[APPLY] == "3"


def test_a_series_that_misses_on_one_page_is_unchanged_there() -> None:
    """It is neither 0 nor gone: its next value is compared with the one before."""
    samples = [requests({10: "5", 30: "5"}), series("other", {10: "1", 20: "1", 30: "1"})]
    _, second, third = pages(samples, 10, 20, 30)
    assert (second.changed, third.changed) == ({}, {})


def test_after_a_page_was_not_accepted_the_next_one_is_complete() -> None:
    """What was left out as unchanged would otherwise be missing."""
    builder = PageBuilder("lending_truth_sequence")
    list(builder.pages([requests({10: "5"})], [10]))
    builder.forget()
    (again,) = builder.pages([requests({20: "5"})], [20])
    assert again.complete
    assert again.changed == {APPLY: "5"}


def test_a_process_without_a_start_time_or_mark_says_so() -> None:
    """Unknown is None, never 0."""
    (page,) = pages([requests({10: "5"}), series("lending_truth_sequence", {10: "NaN"})], 10)
    assert (page.process_born_ms, page.mark) == (None, None)


def test_a_series_that_a_new_process_makes_late_counts_once() -> None:
    """The page that shows it again tells changes alone; the whole page at the full hour must not count it anew."""
    times = [MIDDAY_MS + minute * 60_000 for minute in range(-20, 5)]
    restart_ms = times[3]
    births = {at_ms: "1000" if at_ms < restart_ms else f"{restart_ms / 1000 - 1:.3f}" for at_ms in times}
    late = {at_ms: "50" if at_ms < restart_ms else "5" for at_ms in times if not restart_ms <= at_ms < times[9]}
    samples = [series("process_start_time_seconds", births), requests(late), requests(births, "other")]
    source, outcomes = Source("prom/a:1", "prometheus", "dc1", 60_000), OutcomeTable("1", {"ok": Kind.GOOD})
    tally = Tally(source, MetricMap(), outcomes, Resume(0, None, (), None, None), in_order=False)
    counted = []
    for page in PageBuilder("lending_truth_sequence").pages(samples, times):
        proposal = tally.propose(page)
        counted += [event.events for event in proposal.batch.events]
        tally.accept(proposal, proposal.batch.expected_version + 1)
    assert counted == [5]
