"""Every figure of a report says where it comes from, and its rows add up to it."""

from __future__ import annotations

import pytest

from reports.availability.errors import UnknownFigure
from reports.availability.explaining import explain, figures
from reports.availability.model import Report
from store.memory import MemoryStore
from tests.reports.availability.months import written, zone_of
from tests.reports.availability.test_recomputed import reported

COUNTED = ("good", "bad", "total", "transactions")


def drawn_report(seed: int) -> Report:
    """Of the bank of a seed."""
    store = MemoryStore(zone_of(seed))
    return reported(store, written(store, seed))


@pytest.mark.parametrize("seed", [6, 31])
def test_every_id_is_explained_and_counts_are_the_sums_of_their_rows(seed: int) -> None:
    """With maintenance and without; an id is listed once."""
    report = drawn_report(seed)
    ids = figures(report)
    assert len(ids) == len(set(ids))
    counted = 0
    for id_ in ids:
        found = explain(report, id_)
        name = id_.rsplit("/", 1)[-1].rsplit(".", 1)[-1]
        assert found.formula != "as listed", id_
        if name in COUNTED and found.rows:
            counted += 1
            assert found.counted[name] == found.value, id_
    assert counted > 100


def test_figures_with_maintenance_are_counted_from_whole_rows() -> None:
    """At least one of the drawn banks had events inside a window."""
    for seed in range(50):
        report = drawn_report(seed)
        differing = [p for p in report.products if p.with_maintenance and p.with_maintenance.total != p.total]
        if differing:
            found = explain(report, f"product/{differing[0].id}/with_maintenance.total")
            assert found.value == found.counted["total"] > differing[0].total
            return
    pytest.fail("no drawn bank had maintenance")


@pytest.mark.parametrize(
    "figure",
    ["", "bank", "bank/nothing", "bank/names", "product/none/good", "month/2026-10", "slice/x/bank/good"],
)
def test_what_is_no_figure_is_refused_by_name(figure: str) -> None:
    """The line says how to find the ids."""
    with pytest.raises(UnknownFigure, match="--list"):
        explain(drawn_report(1), figure)
