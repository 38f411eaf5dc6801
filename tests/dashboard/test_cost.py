"""IT cost per account over twelve closed months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from dashboard.cost import CostPerAccount, local_days, read_cost_per_account
from slo.windows import SHANGHAI, closed_months, day_start, day_window
from store.costs import Line
from store.memory import MemoryStore
from store.records import Accounts, Cost, HistoryChunk, Span

NOW_S = 1_795_233_600  # 2026-11-21 in Shanghai
YEAR = closed_months(NOW_S, 12)
DAYS = list(local_days(YEAR, SHANGHAI))


CNY_4 = [Cost(day, "compute", product, "dc1", 200) for day in DAYS for product in ("a", "b")]


def accounts(active: int = 365) -> list[Accounts]:
    """Active accounts, and registered ones that do not count."""
    states = (("active", active), ("registered", 10 * active))
    return [Accounts(day, "a", state, "dc1", n) for day in DAYS for state, n in states]


def figure(costs: Sequence[Cost], counted: Sequence[Accounts], simulated: Sequence[Span] = ()) -> CostPerAccount | None:
    """Of a store that has these."""
    store = MemoryStore()
    store.add_history(HistoryChunk(Span(YEAR.from_s, YEAR.to_s), {}, tuple(costs), tuple(counted)))
    with store.reading() as reader:
        return read_cost_per_account(reader, NOW_S, SHANGHAI, simulated)


def test_the_year_is_the_last_twelve_closed_months() -> None:
    """The month under way is not closed."""
    assert len(DAYS) == 365
    found = figure(CNY_4, accounts())
    assert found == CostPerAccount(Fraction(4), date(2025, 11, 1), date(2026, 11, 1), "active", simulated=False)


def test_the_mean_of_daily_accounts_weighs_every_day() -> None:
    """Half of the days with twice the accounts."""
    varied = [Accounts(day, "a", "active", "dc1", 100 if i < 73 else 200) for i, day in enumerate(DAYS)]
    found = figure(CNY_4, varied)
    assert found is not None
    assert found.cny == Fraction(365 * 400, 100) / Fraction(73 * 100 + 292 * 200, 365)


@pytest.mark.parametrize("missing", [0, 200, 364])
def test_one_day_without_cost_or_accounts_makes_the_figure_unknown(missing: int) -> None:
    """A year of 364 days would be a cheaper year."""
    gone = DAYS[missing]
    assert figure([c for c in CNY_4 if c.at_s != gone], accounts()) is None
    assert figure(CNY_4, [a for a in accounts() if a.at_s != gone]) is None


def test_nobody_with_an_account_is_not_a_price() -> None:
    """Nothing is divided by nothing."""
    assert figure(CNY_4, accounts(0)) is None


def test_a_figure_of_which_a_day_was_simulated_says_so() -> None:
    """Simulated before or after the year does not count."""
    touching = [Span(YEAR.to_s - 60, YEAR.to_s + 60)]
    beside = [Span(YEAR.to_s, YEAR.to_s + 60), Span(YEAR.from_s - 60, YEAR.from_s)]
    for spans, simulated in ((touching, True), (beside, False)):
        found = figure(CNY_4, accounts(), spans)
        assert found is not None
        assert found.simulated is simulated


def test_the_store_is_asked_and_an_oldest_day_without_cost_ends_it() -> None:
    """While history is filled from the newest day backwards the answer is None."""
    store = MemoryStore()
    for day in reversed(DAYS):
        with store.reading() as reader:
            assert day == DAYS[-1] or read_cost_per_account(reader, NOW_S, SHANGHAI, []) is None
        store.add_history(
            HistoryChunk(
                Span(day, day + 86400),
                {},
                (Cost(day, "staff", "a", "dc1", 400),),
                (Accounts(day, "a", "active", "dc1", 365),),
            )
        )
    with store.reading() as reader:
        found = read_cost_per_account(reader, NOW_S, SHANGHAI, reader.simulated())
    assert found == CostPerAccount(Fraction(4), date(2025, 11, 1), date(2026, 11, 1), "active", simulated=True)


def test_imported_charges_count_beside_metrics_as_in_reports() -> None:
    """Charges of one category beside metrics of another; a currency without a rate leaves no figure."""
    store = MemoryStore()
    for day in DAYS:
        accrued = (Cost(day, "staff", "a", "dc1", 400),), (Accounts(day, "a", "active", "dc1", 365),)
        store.add_history(HistoryChunk(Span(day, day + 86400), {}, *accrued))

    def charge(key: str, currency: str) -> None:
        line = Line(DAYS[40], DAYS[41], -1, "own", "", "", "usage", "cloud", "", currency, "", "")
        store.post([(key.encode().ljust(16), 0, 1, line.number, "0", "1460", "1460")], {line.number: line})

    def read() -> CostPerAccount | None:
        with store.reading() as reader:
            return read_cost_per_account(reader, NOW_S, SHANGHAI, [])

    charge("cloud", "CNY")
    found = read()
    assert found is not None
    assert found.cny == Fraction(4) + Fraction(1460, 365)
    charge("abroad", "USD")
    assert read() is None


def test_local_days_follow_the_clock_changes_of_a_zone() -> None:
    """March in Berlin has a day of 23 hours."""
    march = closed_months(1_776_000_000, 1, "Europe/Berlin")
    days = list(local_days(march, "Europe/Berlin"))
    assert len(days) == 31
    assert days == [day_start(day, "Europe/Berlin") for day in days]
    assert day_window(date(2026, 3, 29), "Europe/Berlin").from_s in days
