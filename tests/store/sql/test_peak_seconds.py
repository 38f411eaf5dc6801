"""What only the kept rows can show: a peak second that turns out wrong after its slots have gone is unknown."""

from __future__ import annotations

from pathlib import Path

from store.opening import open_store
from store.port import Store
from store.records import Batch, Gap, Level, Read, Retention, Scope, Source, Transactions

MIDNIGHT_S = 1_795_276_800
NOON_S = MIDNIGHT_S + 12 * 3600


def page(store: Store, source: str, at_s: int, *begun: tuple[int, int], gap_from_s: int | None = None) -> None:
    """An accepted page."""
    transactions = tuple(Transactions(slot_s, "loan", source, "dcn1", "customer", number) for slot_s, number in begun)
    gaps = () if gap_from_s is None else (Gap(source, gap_from_s * 1000, at_s * 1000, True, "no page"),)
    batch = Batch(
        source,
        store.resume(source).version,
        (Read(at_s * 1000, True),),
        at_s * 1000,
        transactions=transactions,
        gaps=gaps,
    )
    store.commit(batch)


def test_a_peak_second_that_fell_after_its_slots_went_is_not_known_for_the_rest_of_the_day(tmp_path: Path) -> None:
    """A later, smaller second must not look like the day's busiest."""
    store = open_store(tmp_path / "store.sqlite", "Asia/Shanghai", upgrade=True)
    try:
        for name in ("dc1", "dc2"):
            store.register(Source(name, "exposition", name, 1000), 0)
        page(store, "dc2", NOON_S, (NOON_S, 1))
        page(store, "dc1", NOON_S + 5400, (NOON_S + 5400, 9), (NOON_S - 60, 2))
        page(store, "dc1", NOON_S + 7200)
        while store.prune(Retention({Level.SLOT: 0}), NOON_S + 7200):
            pass
        page(store, "dc2", NOON_S + 7200, (NOON_S + 7200, 1), gap_from_s=NOON_S)
        page(store, "dc1", NOON_S + 7300, (NOON_S + 7210, 3))
        page(store, "dc2", NOON_S + 7300)
        with store.reading() as reader:
            assert reader.daily_peak_seconds(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 86400) == []
    finally:
        store.close()
