"""Contracts are data; what does not fit is named by line and field."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from settings import SettingsError, load_tenants

GOOD = """\
version: "1"
credits:
  standard:
    - {below: "99.99", credit_percent: "5"}
    - {below: "99.9", credit_percent: "12.5"}
tenants:
  - {id: a, names: {zh: 甲, en: A}, product: saas_gateway, target: "99.99"}
"""


def written(folder: Path, text: str) -> Path:
    """A configuration with contracts beside it."""
    (folder / "sla.yaml").write_text(text)
    return folder / "control-center.yaml"


def test_contracts_stand_beside_the_configuration_or_ship(tmp_path: Path) -> None:
    assert {each.product for each in load_tenants(tmp_path / "none.yaml")} == {"saas_gateway", "lending_saas"}
    (tenant,) = load_tenants(written(tmp_path, GOOD))
    assert (tenant.measure, tenant.objective.text, tenant.credits[1].percent) == (
        "consecutive",
        "99.99",
        Fraction(25, 2),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"99.9", ', '"99.995", ', "must lie under"),
        ('"12.5"', '"5"', "give more"),
        ('"99.99"}', '"101"}', "sla.yaml:7: tenants.0.target"),
        (
            'product: saas_gateway, target: "99.99"',
            'product: p, target: "99", credits: gold',
            "no table of credits 'gold'",
        ),
        ('target: "99.99"', 'target: "99.99", uptime: 3', "tenants.0.uptime"),
        ('"12.5"', '"120"', "credit_percent"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        load_tenants(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)
