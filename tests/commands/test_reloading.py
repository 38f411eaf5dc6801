"""A configuration for a process that runs: taken over whole, or refused with every reason."""

from __future__ import annotations

import argparse
import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from commands.errors import CommandError
from commands.options import ROOT, Configuration, configuration
from commands.reloading import LoadsCollector, Reloader, files_changed, fixed_changes
from store.audit import AuditFilter
from store.memory import MemoryStore

SOURCES = [{"id": "dc1", "kind": "exposition", "data_center": "dc1", "url": "http://127.0.0.1:1/metrics"}]


def written(folder: Path, **sections: Any) -> Path:
    path = folder / "control-center.yaml"
    content = {"catalog": str(ROOT / "config" / "catalog.yaml"), "sources": SOURCES, **sections}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def chosen(folder: Path, **sections: Any) -> Configuration:
    return configuration(argparse.Namespace(config=written(folder, **sections), data=folder))


def reloader(running: Configuration, store: MemoryStore, taken: list[Configuration]) -> Reloader:
    return Reloader(running, store, "collect", threading.Event(), taken.append)


def audited(store: MemoryStore) -> list[dict[str, Any]]:
    with store.reading() as reader:
        rows = reader.audit().rows(AuditFilter(action="configuration.load"))
    return [json.loads(row.act.detail) for row in rows]


def test_what_is_valid_is_taken_over_and_kept_in_the_audit_log(tmp_path: Path) -> None:
    """Read by a process of its own; the row says what changed and the digest of all files."""
    running, store, taken = chosen(tmp_path), MemoryStore(), list[Configuration]()
    reloading = reloader(running, store, taken)
    written(tmp_path, retention={"slots_hours": 7})
    assert reloading.reload()
    assert [each.settings.retention.slots_hours for each in taken] == [7]
    assert (reloading.loads.applied, reloading.loads.refused, reloading.loads.last_refused) == (1, 0, False)
    (detail,) = audited(store)
    assert (detail["outcome"], detail["changed"], len(detail["sha256"]["control-center.yaml"])) == (
        "taken over",
        ["retention"],
        64,
    )


def test_every_defect_is_a_line_and_nothing_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The metric says so until a reload goes well."""
    running, store, taken = chosen(tmp_path), MemoryStore(), list[Configuration]()
    reloading = reloader(running, store, taken)
    written(tmp_path, retention={"slots_hours": 0}, lease={"ttl_ms": "soon"})
    with caplog.at_level(logging.ERROR):
        assert not reloading.reload()
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all("not taken over, the old one goes on" in line and "control-center.yaml" in line for line in lines)
    assert taken == []
    (detail,) = audited(store)
    assert (detail["outcome"], detail["defects"]) == ("refused", 2)
    registry = CollectorRegistry()
    registry.register(LoadsCollector(reloading.loads))
    assert b"control_center_configuration_failed 1.0" in generate_latest(registry)


def test_what_a_part_cannot_take_over_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, store = chosen(tmp_path), MemoryStore()

    def refuse(_: Configuration) -> None:
        raise CommandError("no room")

    monkeypatch.setattr("commands.reloading.reloaded", lambda before: before)
    assert not Reloader(running, store, "serve", threading.Event(), refuse).reload()
    assert audited(store)[0]["reasons"] == ["no room"]


def test_store_port_and_zone_stay_until_a_restart(tmp_path: Path) -> None:
    """Each is named; so are data directory, leases, and whether it is a demo."""
    running = chosen(tmp_path)
    catalog = yaml.safe_load((ROOT / "config" / "catalog.yaml").read_text(encoding="utf-8"))
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(catalog | {"time_zone": "UTC"}), encoding="utf-8")
    other = chosen(tmp_path, catalog="own.yaml", server={"port": 9}, store=str(tmp_path / "x.sqlite"), demo=True)
    lines = list(fixed_changes(running, other))
    assert [line.split(": ")[1] for line in lines] == ["store", "server", "demo", "time_zone"]
    assert not list(fixed_changes(running, running))


def test_files_beside_the_main_one_are_named_when_they_change() -> None:
    before = {"main.yaml": "1", "a.yaml": "1", "b.yaml": "1", "gone.yaml": "1"}
    after = {"main.yaml": "2", "a.yaml": "2", "b.yaml": "1"}
    assert files_changed(before, after) == ["a.yaml", "gone.yaml"]


def test_a_hangup_reloads_and_the_end_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, hangup, came = chosen(tmp_path), threading.Event(), threading.Event()
    monkeypatch.setattr("commands.reloading.reloaded", lambda before: before)
    with Reloader(running, MemoryStore(), "alert", hangup, lambda _: came.set()):
        hangup.set()
        assert came.wait(30)
