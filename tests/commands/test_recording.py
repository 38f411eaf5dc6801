"""`recording`: a day of the store as a file that a load run replays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import app
from loadtests.arrivals.recorded import recording_of
from slo.counts import Counts
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import HistoryChunk, Level, Scope, Span, Unit

ROOT = Path(__file__).resolve().parents[2]
CONFIG = f"""\
sources:
  - {{id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}}
catalog: {ROOT / "config" / "catalog.yaml"}
"""
DAY_S = 1_794_326_400  # 2026-11-11 in Shanghai


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store that knows two minutes of 11 November."""
    (tmp_path / "control-center.yaml").write_text(CONFIG, encoding="utf-8")
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    bank = Unit(Scope.BANK)
    counts = {
        (Level.MINUTE, DAY_S, bank): Counts(good=119, bad=1, transactions=100),
        (Level.MINUTE, DAY_S + 120, bank): Counts(good=60, transactions=50),
    }
    store.add_history(HistoryChunk(Span(DAY_S, DAY_S + 3600), counts))
    store.close()
    return tmp_path


def test_a_day_comes_back_minute_by_minute_and_unknown_is_empty(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Good and bad requests alike arrived; a minute that nobody saw is not a quiet one."""
    file = data / "day.csv"
    assert app.main(["recording", "--day", "2026-11-11", "-o", str(file), "--data", str(data)]) == 0
    assert "1440 minutes, 180 requests, 1438 unknown" in capsys.readouterr().out
    recording = recording_of(file)
    assert (recording.slot_seconds, recording.counts[:3]) == (60, (120, None, 60))
    assert recording.schedule(Fraction(60)).arrivals == 180


@pytest.mark.parametrize(("day", "said"), [("2026-11-12", "holds no minutes"), ("soon", "write a day such as")])
def test_a_day_that_is_not_there_is_one_line(
    data: Path, day: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["recording", "--day", day, "--data", str(data)]) == 2
    assert said in capsys.readouterr().err
