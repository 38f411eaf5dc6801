"""Arithmetic of the plan, by figures that can be checked by hand."""

from __future__ import annotations

from fractions import Fraction

from benchmarks.scale_plan import Estate, Prices, UnitCosts, engine, largest, postgres, report, sqlite, yearly_cny

COSTS = UnitCosts()


def test_samples_and_units_of_the_largest_estate() -> None:
    """10,000 services x 60 DCNs x two outcomes every five seconds."""
    estate = Estate()
    assert estate.samples_per_second == 240_000
    assert (estate.dcn_units, estate.cell_units) == (600_000, 70_001)


def test_rows_bytes_and_cores_of_a_level() -> None:
    """A row a minute and unit, kept for 35 days."""
    level = sqlite(1000, 5, COSTS)
    assert level.rows_per_day == 1_440_000
    assert level.bytes_kept == 1_440_000 * 35 * Fraction(191, 10)
    assert level.cores == Fraction(200 * 25, 10**6)
    assert level.stores == 1


def test_more_than_half_a_turn_needs_another_store() -> None:
    """Writers of one PostgreSQL queue; half of their time is planned."""
    reach = largest(5, COSTS.postgres_s_per_unit, COSTS)
    assert postgres(reach, 5, COSTS).stores == 1
    assert postgres(reach + 5, 5, COSTS).stores == 2


def test_an_engine_keeps_every_sample() -> None:
    """400 days of 86,400 seconds."""
    kept = engine(Estate(services=1, dcns=1, interval_s=2), COSTS)
    assert kept.rows_per_day == 86_400
    assert kept.bytes_kept == 86_400 * 400 * Fraction(46, 100)


def test_money_is_for_whole_cores_and_every_copy() -> None:
    """One core for reading and one for the store, twice, for a year; disks by the gigabyte."""
    level = sqlite(1000, 5, COSTS)
    disk = level.bytes_kept / 10**9 * Fraction(8, 10)
    assert yearly_cny([level], Fraction(1, 100), Prices(), Fraction(1, 2)) == 12 * 2 * (2 * 60 + disk)


def test_the_plan_says_where_each_engine_takes_over() -> None:
    """In lines that a person reads."""
    lines = list(report(Estate(), COSTS, Prices()))
    assert "240,000 samples/s, 20,736,000,000 a day" in lines[0]
    assert sum("takes at most so many units" in line for line in lines) == 2
    assert any("CNY a year" in line for line in lines)
