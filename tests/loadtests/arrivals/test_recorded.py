"""A recorded day comes back arrival for arrival, at any speed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from loadtests.arrivals.recorded import BadRecording, recording_of
from loadtests.arrivals.schedule import SECOND_NS

CSV = "time,count\n2026-11-11T00:00:00Z,120\n2026-11-11T00:01:00Z,\n2026-11-11T00:02:00Z,60\n"


def file_of(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("speed", ["1", "60", "7.5", "0.1"])
def test_every_slot_keeps_its_count_at_any_speed(tmp_path: Path, speed: str) -> None:
    recording = recording_of(file_of(tmp_path, "day.csv", CSV))
    assert recording.unknown_slots == 1
    schedule = recording.schedule(Fraction(speed))
    assert schedule.duration_ns == round(180 * SECOND_NS / Fraction(speed))
    third_ns = schedule.duration_ns / 3
    slots = [0, 0, 0]
    for each in schedule.times_ns():
        slots[int(each // third_ns)] += 1
    assert slots == [120, 0, 60]


def test_a_share_of_a_day_of_a_billion_is_replayed(tmp_path: Path) -> None:
    path = file_of(tmp_path, "day.json", '{"slot_seconds": 60, "counts": [1000000, 2000000]}')
    assert recording_of(path).schedule(Fraction(60), Fraction("0.001")).arrivals == 3_000


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("day.csv", "when,count\n1,2\n", "day.csv:1: the first row must be time,count"),
        ("day.csv", CSV.replace("120", "many"), "day.csv:2: must be a time (RFC 3339) and a count"),
        ("day.csv", CSV.replace("120", "-1"), "day.csv:2: count -1 is less than 0"),
        ("day.csv", CSV.replace("00:02", "00:03"), "day.csv:4: slots must follow each other evenly, 60 s here"),
        ("day.json", "[]", "day.json: must be"),
        ("day.json", '{"slot_seconds": 0, "counts": [1]}', "slot_seconds must be at least 1"),
        ("day.json", '{"slot_seconds": 1, "counts": [1, "x"]}', "counts[1]: 'x' is neither"),
    ],
)
def test_a_defect_is_named_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(BadRecording) as refused:
        recording_of(file_of(tmp_path, name, text))
    assert said in str(refused.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="cannot be read"):
        recording_of(tmp_path / "none.csv")
