"""What one account costs, figure by figure."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.unit_cost import Behavior, Period, WhatIf, marginal, per_unit, period, what_if

YEAR = range(365)
ACCOUNTS = dict.fromkeys(YEAR, 100)


def test_the_headline_is_twelve_months_over_the_mean_of_their_daily_accounts() -> None:
    """Accounts grew from 100 to 300 in the middle of the year: the mean counts, not the last day."""
    months = dict.fromkeys(range(12), 3_000)
    accounts = {day: 100 if day < 73 else 300 for day in YEAR}
    found = period(months, range(12), accounts, YEAR)
    assert found == Period(365, 36_000, Fraction(260))
    assert found.per_account_cny == Fraction(360, 260)


def test_a_leap_year_is_not_scaled() -> None:
    assert Period(366, 36_600, Fraction(1)).per_account_cny == 366


def test_thirty_days_are_drawn_out_to_a_year() -> None:
    assert Period(30, 3_000, Fraction(2)).per_account_and_year_cny == Fraction(30 * 365, 30 * 2)


@pytest.mark.parametrize(
    ("costs", "accounts"),
    [
        pytest.param({0: 1, 1: None}, ACCOUNTS, id="a month is not known"),
        pytest.param({0: 1}, ACCOUNTS, id="a month is missing"),
        pytest.param({0: 1, 1: 1}, {**ACCOUNTS, 7: None}, id="accounts of a day are not known"),
    ],
)
def test_a_partial_period_is_not_divided(costs: dict[int, int | None], accounts: dict[int, int | None]) -> None:
    assert period(costs, range(2), accounts, YEAR) is None


def test_a_period_of_no_days_has_no_mean() -> None:
    assert period({}, [], {}, []) is None


def test_without_accounts_there_is_no_cost_per_account() -> None:
    nobody = Period(30, 3_000, Fraction(0))
    assert (nobody.per_account_cny, nobody.per_account_and_year_cny) == (None, None)


def test_cost_per_thousand_transactions_and_per_loan() -> None:
    assert per_unit(5_00, 2_000, units=1000) == Fraction(5, 2)
    assert per_unit(5_00, 4) == Fraction(5, 4)
    assert per_unit(5_00, 0) is None


def test_the_marginal_cost_is_of_the_accounts_that_came() -> None:
    before, after = Period(30, 30_000, Fraction(100)), Period(31, 37_200, Fraction(150))
    assert marginal(before, after) == Fraction((1_200 - 1_000) * 365, 50 * 100)
    assert marginal(before, before) is None


def test_marginal_cost_of_accounts_that_went_is_what_each_saved() -> None:
    assert marginal(Period(365, 30_000, Fraction(100)), Period(365, 20_000, Fraction(50))) == 2


CATEGORIES = {"servers": 1_000, "facilities": 600, "staff": 300}
BEHAVIORS = {
    "servers": Behavior(with_accounts=Fraction(4, 5), per_data_center=True, servers=True),
    "facilities": Behavior(per_data_center=True),
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(WhatIf(), CATEGORIES, id="nothing changes"),
        pytest.param(WhatIf(accounts=Fraction(2)), {**CATEGORIES, "servers": 1_800}, id="twice the accounts"),
        pytest.param(
            WhatIf(more_data_centers=1), {"servers": Fraction(3_500, 3), "facilities": 700, "staff": 300}, id="one more"
        ),
        pytest.param(WhatIf(servers_cheaper=Fraction(1, 10)), {**CATEGORIES, "servers": 900}, id="cheaper servers"),
    ],
)
def test_what_if(change: WhatIf, expected: dict[str, Fraction]) -> None:
    assert what_if(CATEGORIES, BEHAVIORS, change, 6) == expected
