"""No accepted page for three intervals and five seconds: a page product-wide, a ticket for one data center."""

from __future__ import annotations

import pytest

from alerts.kinds.sight import Moment
from alerts.kinds.unknown import readings
from alerts.model import Condition, Severity
from store.records import SourceStatus
from tests.alerts.kinds.parts import MOMENT, NOW_MS, REFUSED, STARTED_MS, YOUNG, said, seen, status, true

CENTER = "unknown:data_center::dc1:::"
OTHER = "unknown:data_center::dc2:::"
PRODUCT = "unknown:product:micro::::"
BANK = "unknown:bank:::::"
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN

TEN_SECONDS = Moment(NOW_MS, NOW_MS - 10_000, MOMENT.silence)

ONE_SOURCE = [
    ("a fresh page is seen", status(age_ms=900), MOMENT, FALSE),
    ("five seconds exactly are not yet silence", status(age_ms=5000), MOMENT, FALSE),
    ("five seconds and a bit are", status(age_ms=5001), MOMENT, TRUE),
    ("three intervals of 15 s are waited for", status(age_ms=45_000, interval_ms=15_000), MOMENT, FALSE),
    ("and no more", status(age_ms=45_001, interval_ms=15_000), MOMENT, TRUE),
    ("timeouts are silence", status(age_ms=6000, reason="timeout: no whole answer within 0.8 s"), MOMENT, TRUE),
    ("so are refusals", status(age_ms=6000, reason=REFUSED), MOMENT, TRUE),
    ("so is nobody looking", status(age_ms=6000, read_age_ms=6000), MOMENT, TRUE),
    (
        "a new source has time to show its first page",
        status(age_ms=None, registered_ms=NOW_MS - 59_000),
        MOMENT,
        UNKNOWN,
    ),
    ("but not for ever", status(age_ms=None, registered_ms=NOW_MS - 61_000), MOMENT, TRUE),
    ("a page of yesterday is no silence while we start", status(age_ms=86_400_000), YOUNG, UNKNOWN),
    ("a source that was seen since the start and fell silent is", status(age_ms=6000), TEN_SECONDS, TRUE),
    ("a clock that is ahead of ours is no silence", status(age_ms=-3000), MOMENT, FALSE),
]


@pytest.mark.parametrize(("one", "moment", "expected"), [row[1:] for row in ONE_SOURCE], ids=[r[0] for r in ONE_SOURCE])
def test_one_data_center(one: SourceStatus, moment: Moment, expected: Condition) -> None:
    found = readings(seen([one, status("dc2")], moment), {}, ["micro"], NOW_MS)
    assert said(found)[CENTER] is expected
    assert said(found)[OTHER] is FALSE
    assert said(found)[PRODUCT] is FALSE, "another data center still shows the product"


SILENT = status("dc1", age_ms=9000)
SILENT_2 = status("dc2", age_ms=7000)


def test_a_product_is_unseen_when_all_its_data_centers_are() -> None:
    found = readings(seen([SILENT, SILENT_2]), {}, ["micro"], NOW_MS)
    ticket, page = Severity.TICKET, Severity.PAGE
    assert true(found) == {CENTER: ticket, OTHER: ticket, PRODUCT: page, BANK: page}
    product = next(each for each in found if each.key.id == PRODUCT)
    assert product.evidence.bad_from_ms == NOW_MS - 7000, "unseen since the last page of any of them"
    assert product.evidence.values[:2] == (("data_centers", "dc1, dc2"), ("silent_seconds", "7"))


def test_a_product_of_one_data_center_is_unseen_with_it() -> None:
    found = readings(seen([SILENT, status("dc2")]), {"micro": {"dc1"}, "cars": {"dc2"}}, ["micro", "cars"], NOW_MS)
    assert true(found) == {CENTER: Severity.TICKET, PRODUCT: Severity.PAGE}
    assert said(found)["unknown:product:cars::::"] is FALSE


def test_a_product_whose_other_data_center_is_still_starting_is_not_decided() -> None:
    starting = status("dc2", age_ms=None, registered_ms=NOW_MS - 9000)
    assert said(readings(seen([SILENT, starting]), {}, ["micro"], NOW_MS))[PRODUCT] is UNKNOWN


def test_without_any_source_nothing_is_said() -> None:
    assert readings([], {}, ["micro"], NOW_MS) == []


def test_everything_is_starting_and_nobody_is_paged() -> None:
    old = [status(name, age_ms=7_200_000, read_age_ms=7_200_000) for name in ("dc1", "dc2")]
    assert true(readings(seen(old, YOUNG), {}, ["micro"], NOW_MS)) == {}


def test_one_of_two_sources_of_a_data_center_is_a_ticket_of_its_own() -> None:
    two = [status("a", center="dc1"), status("b", center="dc1", age_ms=9000)]
    found = readings(seen(two), {}, ["micro"], NOW_MS)
    assert true(found) == {"unknown:source::dc1::b:": Severity.TICKET}


def test_a_source_that_left_the_configuration_is_over() -> None:
    found = readings(seen([SILENT, status("dc2")], only=["dc2"]), {}, ["micro"], NOW_MS)
    assert true(found) == {}
    assert said(found)[CENTER] is FALSE


def test_a_pod_that_was_replaced_is_no_trouble() -> None:
    """The server knows it no more; a day later it has left for good."""
    gone = status("prom/a", center="dc1", kind="prometheus", age_ms=9000, reason="missing: no scrape")
    alive = status("prom/b", center="dc1", kind="prometheus")
    assert said(readings(seen([gone, alive]), {}, [], NOW_MS))["unknown:source::dc1::prom/a:"] is UNKNOWN
    long_gone = status("prom/a", center="dc1", kind="prometheus", age_ms=86_400_001, reason="missing: no scrape")
    found = readings(seen([long_gone, alive]), {}, [], NOW_MS)
    assert said(found)["unknown:source::dc1::prom/a:"] is FALSE


def test_a_dead_instance_of_a_server_is_a_ticket() -> None:
    down = status("prom/a", center="dc1", kind="prometheus", age_ms=9000, reason="refused: target down (up = 0)")
    alive = status("prom/b", center="dc1", kind="prometheus")
    found = readings(seen([down, alive]), {}, [], NOW_MS)
    assert true(found) == {"unknown:source::dc1::prom/a:": Severity.TICKET}


def test_an_outage_of_days_stays_an_outage() -> None:
    """A whole server that is silent has not left, however long."""
    away = [status("prom/a", center="dc1", kind="prometheus", age_ms=5 * 86_400_000, registered_ms=STARTED_MS)]
    assert CENTER in true(readings(seen(away), {}, [], NOW_MS))


def test_a_source_that_falters_after_its_first_page_is_still_starting() -> None:
    """Six services that begin at once on a slow machine."""
    new = [status(name, age_ms=9_000, read_age_ms=9_000, first_page_ms=NOW_MS - 12_000) for name in ("dc1", "dc2")]
    assert true(readings(seen(new), {}, ["micro"], NOW_MS)) == {}
    known = [status(name, age_ms=9_000, read_age_ms=9_000, first_page_ms=NOW_MS - 30_000) for name in ("dc1", "dc2")]
    assert true(readings(seen(known), {}, ["micro"], NOW_MS))[PRODUCT] is Severity.PAGE
