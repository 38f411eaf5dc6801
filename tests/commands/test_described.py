"""The page of settings is told of every file, with where it came from."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from commands.described import configured
from commands.options import DEFAULT_CONFIG, configuration
from dashboard.configured import Origin


def test_what_ships_is_told_apart_from_what_is_written_here(tmp_path: Path) -> None:
    own = tmp_path / "control-center.yaml"
    catalog = DEFAULT_CONFIG.parent / "catalog.yaml"
    own.write_text(
        f"catalog: {catalog}\nsources:\n  - {{id: a, kind: exposition, data_center: dc1, url: 'http://x/'}}\n"
    )
    found = configured(configuration(Namespace(config=own, data=tmp_path)))
    origins = {file.name: file.origin for file in found.files}
    assert origins["control-center"] is Origin.OWN
    assert {origins[name] for name in ("catalog", "alerts", "calendar", "regulatory", "costs", "sla")} == {
        Origin.SHIPPED
    }
    assert found.schema_revision.isalnum()
    assert found.store == str(tmp_path / "store.sqlite")


def test_the_shipped_configuration_is_shipped_and_a_server_shows_no_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address of a store has a user; whoever looks at settings needs host and port."""
    monkeypatch.setenv("DB_PASSWORD", "swordfish-1")
    shipped = configured(configuration(Namespace(config=DEFAULT_CONFIG, data=tmp_path)))
    assert shipped.files[0].origin is Origin.SHIPPED
    own = tmp_path / "control-center.yaml"
    text = DEFAULT_CONFIG.read_text(encoding="utf-8").replace(
        "catalog: catalog.yaml", f"catalog: {DEFAULT_CONFIG.parent}/catalog.yaml"
    )
    own.write_text(f"{text}\nstore: postgresql://center@db.example:5432/center\n", encoding="utf-8")
    found = configured(configuration(Namespace(config=own, data=tmp_path)))
    assert found.store == "postgresql://db.example:5432/***"
    assert "center@" not in str(found.files)
