"""When another collector takes over: what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import SHIPPED, SettingsError, load_settings
from store.leadership import LeaseTiming

GOOD = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
"""


def loaded(tmp_path: Path, text: str) -> LeaseTiming:
    """The timing that a configuration asks for."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + text, encoding="utf-8")
    return load_settings(path).lease.timing()


def test_a_standby_waits_two_seconds_unless_told_otherwise(tmp_path: Path) -> None:
    """With two beats and six looks a second; the configuration that ships says the same."""
    assert loaded(tmp_path, "") == LeaseTiming() == LeaseTiming(ttl_ms=2_000, renew_ms=500)
    assert loaded(tmp_path, "").look_ms == 166
    assert load_settings(SHIPPED / "control-center.yaml").lease.timing() == LeaseTiming()
    assert loaded(tmp_path, "lease: {ttl_ms: 9000, renew_ms: 500}\n") == LeaseTiming(9_000, 500)


def test_a_ttl_of_fewer_than_three_beats_is_refused_by_line(tmp_path: Path) -> None:
    """One lost beat must replace nobody."""
    with pytest.raises(SettingsError, match=r"settings.yaml:3: lease: ttl_ms 1499 must be at least 3 times renew_ms"):
        loaded(tmp_path, "lease: {ttl_ms: 1499}\n")
