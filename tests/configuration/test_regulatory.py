"""config/regulatory.yaml: what ships is read, what is wrong is named by line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.incidents.regulatory import Confidence
from settings import SettingsError, load_regulatory

SHIPPED = Path(__file__).parents[2] / "config" / "regulatory.yaml"


def test_the_shipped_table_says_of_every_row_where_it_comes_from_and_how_sure_it_is() -> None:
    """No row without a source; what was not found in the text says so."""
    table = load_regulatory(SHIPPED)
    rows = [t for rule in table.rules for each in rule.classes for t in each.thresholds]
    rows += [report for rule in table.rules for report in rule.reports]  # type: ignore[misc]
    assert len(rows) == 19
    assert all(row.source for row in rows)
    assert sum(row.confidence is Confidence.NOT_CONFIRMED for row in rows) == 5


DEFECTS = [
    ("confidence: not confirmed", "confidence: sure", "rules.0.classes.0.thresholds.1.confidence"),
    ("minutes: 180,", "minutes: 0,", "rules.0.classes.0.thresholds.0.minutes"),
    ("09:00-12:00", "12:00-09:00", "ends before it begins"),
    ("14:00-22:00", "11:00-22:00", "overlap"),
    ("id: II\n", "id: I\n", "class id 'I' is used 2 times"),
    ("id: dora", "id: mas-trm", "rule id 'mas-trm' is used 2 times"),
    ("Asia/Shanghai", "Asia/Shangri-La", "time_zone"),
    ("in_force:", "inforce:", "Extra inputs"),
]


@pytest.mark.parametrize(("good", "bad", "named"), DEFECTS, ids=[each[1] for each in DEFECTS])
def test_a_defect_is_named(tmp_path: Path, good: str, bad: str, named: str) -> None:
    """With file, line and field."""
    path = tmp_path / "regulatory.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_regulatory(path)
    assert any(named in str(problem) for problem in error.value.problems), error.value.problems
    assert all(problem.line for problem in error.value.problems)
