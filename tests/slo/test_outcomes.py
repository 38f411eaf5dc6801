"""The outcome table: what nobody mapped is bad."""

from __future__ import annotations

from slo.outcomes import Kind, OutcomeTable

TABLE = OutcomeTable("1", {"ok": Kind.GOOD, "business_reject": Kind.GOOD, "client_abort": Kind.IGNORED})


def test_a_mapped_outcome_is_what_the_table_says() -> None:
    found = [TABLE.kind(outcome) for outcome in ("ok", "business_reject", "client_abort")]
    assert found == [Kind.GOOD, Kind.GOOD, Kind.IGNORED]


def test_an_unmapped_outcome_is_bad_until_somebody_maps_it() -> None:
    assert TABLE.kind("half_done") is Kind.BAD
