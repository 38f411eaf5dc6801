"""The section ``kinds`` of config/alerts.yaml."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from alerts.kinds.policy import KindPolicy
from configuration.alert_kinds import KindSettings

SHIPPED = Path(__file__).parents[2] / "config" / "alerts.yaml"


def test_nothing_said_is_the_policy_of_the_definitions() -> None:
    assert KindSettings().policy() == KindPolicy()


def test_the_shipped_file_says_the_same() -> None:
    section = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["kinds"]
    assert KindSettings.model_validate(section).policy() == KindPolicy()


def test_per_cent_becomes_an_exact_share() -> None:
    policy = KindSettings.model_validate({"volume": {"percent_of_forecast": "66.6"}}).policy()
    assert policy.volume.share == Fraction(333, 500)


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("a misspelt rule", {"volumes": {}}, "Extra inputs"),
    ("a share of more than everything", {"volume": {"percent_of_forecast": "101"}}, "pattern"),
    ("a share as a number, which is not exact", {"volume": {"percent_of_forecast": 70.1}}, "string"),
    ("more failures than runs", {"synthetic": {"failures": 4}}, "failures 4 of 3 runs never happen"),
    ("steps in the wrong order", {"budget": {"steps_percent": ["50", "25"]}}, "does not follow"),
    ("a step of nothing", {"budget": {"steps_percent": ["0"]}}, "does not follow"),
    ("a step that no name could tell", {"budget": {"steps_percent": ["12.5"]}}, "whole number"),
    ("weeks whose minutes are gone", {"volume": {"weeks": 5}}, "less than or equal to 4"),
    ("one interval, which every late page exceeds", {"unknown": {"intervals": 1}}, "greater than or equal to 2"),
]


@pytest.mark.parametrize(("section", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_cannot_be_meant_is_refused(section: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KindSettings.model_validate(section)
