"""What is marked on the curve: seconds of the day, cut at its edges."""

from __future__ import annotations

import pytest

from alerts.desk.maintenance import Maintenance, announce
from alerts.incidents.words import Names
from dashboard.marks import MarkKind, read_marks
from reports.changes.recording import ChangeKind, RecordedChange, record
from slo.windows import DAY_S, HOUR_S, SHANGHAI, Window
from store.memory import MemoryStore

BEGIN_S = 1_794_931_200
TODAY = Window(BEGIN_S, BEGIN_S + DAY_S)
NAMES = Names({}, {}, SHANGHAI)


def marks(store: MemoryStore) -> list[tuple[MarkKind, str, int, int | None]]:
    with store.reading() as reader:
        found = read_marks(reader.journal(), TODAY, NAMES)
    return [(each.kind, each.titles["zh"], each.from_second, each.to_second) for each in found]


def changed(store: MemoryStore, at_s: int, kind: ChangeKind, title: str) -> None:
    made = RecordedChange(f"c-{at_s}-{kind.value}", title, "pipeline", at_s * 1000, kind=kind)
    store.write(record(made, (), (), at_s * 1000))


def test_changes_are_instants_of_their_kind() -> None:
    """Those of the day alone."""
    store = MemoryStore(SHANGHAI)
    changed(store, BEGIN_S - 1, ChangeKind.CHANGE, "yesterday")
    changed(store, BEGIN_S + 60, ChangeKind.DEPLOYMENT, "risk 4.2")
    changed(store, BEGIN_S + 61, ChangeKind.DRILL, "lose dc1")
    changed(store, BEGIN_S + 62, ChangeKind.CHANGE, "limits")
    assert marks(store) == [
        (MarkKind.DEPLOYMENT, "risk 4.2", 60, 60),
        (MarkKind.DRILL, "lose dc1", 61, 61),
        (MarkKind.CHANGE, "limits", 62, 62),
    ]


@pytest.mark.parametrize(
    ("from_s", "to_s", "expected"),
    [
        (-HOUR_S, HOUR_S, [(0, HOUR_S)]),
        (23 * HOUR_S, 25 * HOUR_S, [(23 * HOUR_S, DAY_S)]),
        (-2 * HOUR_S, -HOUR_S, []),
    ],
)
def test_maintenance_is_cut_at_the_edges_of_the_day(from_s: int, to_s: int, expected: list[tuple[int, int]]) -> None:
    store = MemoryStore(SHANGHAI)
    window = Maintenance("m1", "new rack", "cables", "li", ("p",), (), BEGIN_S + from_s, BEGIN_S + to_s, 0)
    store.write(announce(window, (BEGIN_S + from_s - 60) * 1000))
    assert [(begin, end) for _, _, begin, end in marks(store)] == expected
