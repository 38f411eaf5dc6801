"""Announced maintenance in the figures of the wall: left out of availability, budget and composite, shown beside."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import orjson
import pytest

from alerts.desk.maintenance import Maintenance, announce, cancel, decode
from dashboard.model import Snapshot
from dashboard.render import as_bytes
from reports.availability.headline import AvailabilityView
from slo.availability import Verdict
from slo.counts import Counts
from slo.states import ServiceState
from slo.windows import DAY_S

Bank = Any


def planned(
    bank: Bank, from_s: int, to_s: int, products: tuple[str, ...] = (), centers: tuple[str, ...] = ()
) -> Maintenance:
    """A window that was announced a minute before it begins."""
    id = f"m{from_s}-{'-'.join((*products, *centers))}"
    window = Maintenance(id, "new rack", "cables", "li", products, centers, from_s, to_s, 0)
    bank.store.write(announce(window, (from_s - 60) * 1000))
    return window


def today_of(snapshot: Snapshot, product: str) -> AvailabilityView:
    return next(each.today for each in snapshot.products if each.product.id == product)


@pytest.fixture
def broken(bank: Bank, noon_s: int) -> Bank:
    """Both data centers good for ten seconds before noon; in the next ten all requests of dc1 fail."""
    bank.live(noon_s - 10, noon_s)
    for at_s in range(noon_s + 1, noon_s + 11):
        bank.page(at_s, "dc1", bad=100, begun=30)
        bank.page(at_s, "dc2", good=100, begun=30)
    return bank


def test_without_maintenance_there_is_nothing_beside(broken: Bank, noon_s: int) -> None:
    snapshot = broken.snapshot(noon_s + 10)
    assert snapshot.bank.today.without_exclusions is None
    assert snapshot.bank.today.as_it_happened is snapshot.bank.today
    document = orjson.loads(as_bytes(snapshot, broken.setting))
    assert "without_exclusions" not in document["bank"]["availability"]["today"]


def test_planned_failures_of_a_data_center_cost_nobody(broken: Bank, noon_s: int) -> None:
    """Good and bad are left out alike; as it happened stands beside; other figures stay."""
    planned(broken, noon_s, noon_s + 60, centers=("dc1",))
    snapshot = broken.snapshot(noon_s + 10)
    today = snapshot.bank.today
    assert today.availability.counts == Counts(good=6000, transactions=1800)  # 2 x 10 s x 100 each, and dc2's 10 s
    assert today.without_exclusions is not None
    assert today.without_exclusions.availability.counts == Counts(good=6000, bad=2000, transactions=2400)
    assert snapshot.bank.budget.counts.bad == 0
    assert snapshot.bank.composite.pooled == 1
    assert snapshot.bank.transactions_today == 2400


def test_what_outlasts_its_window_counts(broken: Bank, noon_s: int) -> None:
    """The work was to end at noon."""
    planned(broken, noon_s - 60, noon_s, centers=("dc1",))
    assert broken.snapshot(noon_s + 10).bank.today.availability.counts.bad == 2000


def test_a_window_of_one_product_leaves_the_other_alone(broken: Bank, noon_s: int) -> None:
    planned(broken, noon_s, noon_s + 60, products=("micro",), centers=("dc1",))
    snapshot = broken.snapshot(noon_s + 10)
    assert (
        today_of(snapshot, "micro").availability.counts.bad,
        today_of(snapshot, "identity").availability.counts.bad,
    ) == (0, 1000)
    assert today_of(snapshot, "identity").without_exclusions is None
    assert snapshot.bank.today.availability.counts.bad == 1000


def test_windows_that_overlap_take_each_event_once(broken: Bank, noon_s: int) -> None:
    planned(broken, noon_s, noon_s + 60, centers=("dc1",))
    planned(broken, noon_s, noon_s + 120, products=("micro",))
    counts = broken.snapshot(noon_s + 10).bank.today.availability.counts
    assert (counts.good, counts.bad) == (5000, 0)


def test_cells_inside_a_window_are_in_maintenance_since_it_began(broken: Bank, noon_s: int) -> None:
    """With its title as the reason; the others show what they are."""
    planned(broken, noon_s, noon_s + 60, centers=("dc1",))
    snapshot = broken.snapshot(noon_s + 10)
    inside, outside = snapshot.products[0].cells["dc1"], snapshot.products[0].cells["dc2"]
    assert (inside.state, inside.since.since_ms, inside.reason) == (ServiceState.MAINTENANCE, noon_s * 1000, "new rack")
    assert outside.state is ServiceState.OK
    assert snapshot.products[0].state is ServiceState.OK
    assert broken.snapshot(noon_s + 61).products[0].cells["dc1"].state is not ServiceState.MAINTENANCE


def test_a_window_that_was_called_off_takes_out_nothing(broken: Bank, noon_s: int) -> None:
    window = planned(broken, noon_s, noon_s + 60, centers=("dc1",))
    with broken.store.reading() as reader:
        stored = reader.journal().document("maintenance", window.id)
    broken.store.write(cancel(decode(stored), "li", (noon_s - 30) * 1000))
    assert broken.snapshot(noon_s + 10).bank.today.without_exclusions is None


def test_time_that_nobody_watched_during_maintenance_proves_nothing_missing(bank: Bank, noon_s: int) -> None:
    """A data center that is switched off on purpose is not unseen; without the plan it would be."""
    midnight_s = noon_s - 12 * 3600
    bank.live(midnight_s, midnight_s + 119)
    for at_s in range(midnight_s + 120, midnight_s + 240):
        bank.page(at_s, "dc2", good=100, begun=30)
        bank.failed(at_s, "connection refused", "dc1")
    unplanned = bank.snapshot(midnight_s + 239.0).bank.today
    assert unplanned.availability.missing > 0
    planned(bank, midnight_s + 60, midnight_s + 300, centers=("dc1",))
    today = bank.snapshot(midnight_s + 239.0).bank.today
    assert today.availability.missing == 0
    assert today.completeness == 1
    assert today.availability.verdict(bank.catalog.objective) is Verdict.MET
    assert today.without_exclusions is not None
    assert today.without_exclusions.completeness == unplanned.completeness < Fraction(9, 10)


def test_windows_of_days_before_today_leave_the_thirty_days(bank: Bank, noon_s: int) -> None:
    """Read once a minute with the counts of those days."""
    yesterday_s = noon_s - DAY_S
    bank.register(yesterday_s)
    bank.page(yesterday_s)
    bank.page(yesterday_s + 1, "dc1", bad=50)
    bank.page(yesterday_s + 1, "dc2", good=50)
    planned(bank, yesterday_s, yesterday_s + 60, centers=("dc1",))
    snapshot = bank.snapshot(noon_s)
    assert snapshot.bank.rolling.availability.counts == Counts(good=100)
    assert snapshot.bank.rolling.as_it_happened.availability.counts == Counts(good=100, bad=100)
    assert snapshot.bank.today.without_exclusions is None


def test_the_document_says_what_it_was_with_maintenance(broken: Bank, noon_s: int) -> None:
    planned(broken, noon_s, noon_s + 60, centers=("dc1",))
    today = orjson.loads(as_bytes(broken.snapshot(noon_s + 10), broken.setting))["bank"]["availability"]["today"]
    assert (today["bad"], today["availability"]) == (0, "100")
    beside = today["without_exclusions"]
    assert (beside["bad"], beside["total"], beside["availability"], beside["verdict"]) == (
        2000,
        8000,
        "75.00000",
        "missed",
    )
