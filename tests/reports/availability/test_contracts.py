"""Contracts of partner banks inside the report."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from io import StringIO

from alerts.desk.maintenance import Maintenance, announce
from dashboard.reporting.availability import report
from dashboard.reporting.making import drawn
from reports.availability.explaining import explain, figures
from reports.availability.printing.laying import paper
from reports.paper.model import Table
from reports.sla.model import CONSECUTIVE, Credit, Tenant
from slo.objective import Objective
from slo.windows import DAY_S, HOUR_S
from store.memory import MemoryStore
from tests.reports.availability.test_edges import BANK, BEGIN_S, END_S, OCTOBER, store_until

CREDITS = (Credit(Objective.parse("99.99"), Fraction(5)),)
TENANT = Tenant(
    "partner", {"en": "Partner", "zh": "合作银行"}, "loans", "dc2", Objective.parse("99.9"), CONSECUTIVE, CREDITS
)
NOW_MS = (END_S + DAY_S) * 1000


def test_a_contract_is_judged_with_its_bounds_and_credits() -> None:
    """With maintenance and without; every figure is in the CSV and explained."""
    store = store_until(END_S + DAY_S)
    window = Maintenance("m1", "t", "r", "o", ("loans",), ("dc2",), BEGIN_S + HOUR_S, BEGIN_S + 2 * HOUR_S, 0)
    store.write(announce(window, BEGIN_S * 1000))
    with store.reading() as reader:
        made = report(reader, replace(BANK, tenants=(TENANT,)), OCTOBER, NOW_MS)
        other = report(reader, replace(BANK, tenants=(TENANT,)), OCTOBER, NOW_MS, products=["risk"])
    (found,) = made.sla
    assert (found.bad, found.total) == (31 * 100, 31 * 9_999_999)
    assert found.judged_seconds == 31 * DAY_S - HOUR_S
    assert found.downtime_seconds_least <= found.guideline_seconds_least
    assert found.downtime_seconds_most <= found.guideline_seconds_most
    assert found.unseen_seconds == 26
    assert found.credits[0].below == "99.99"
    lines = {line["record"]: line for line in csv.DictReader(StringIO(drawn(made, "csv", "en").decode()))}
    assert (lines["contract"]["bad"], lines["contract"]["judged_s"]) == ("3100", str(found.judged_seconds))
    assert lines["credit"]["text"] == "99.99 5"
    for id_ in (each for each in figures(made) if each.startswith("sla/")):
        assert explain(made, id_).formula != "as listed", id_
    assert other.sla == ()


def test_without_contracts_the_section_says_so() -> None:
    """In both languages, and names the file."""
    with MemoryStore("Asia/Shanghai").reading() as reader:
        made = report(reader, BANK, OCTOBER, NOW_MS)
    for language in ("zh", "en"):
        (section,) = (each for each in paper(made, language).sections if each.id == "contracts")
        (table,) = section.blocks
        assert isinstance(table, Table)
        assert table.rows == ()
        assert "sla.yaml" in table.empty
