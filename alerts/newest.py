"""The newest slots, read at every tick: what did not change since the tick before is not told again."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from alerts.facts import Told
from alerts.model import Subject
from alerts.past import LEVELS, subject_of
from store.port import Reader, SlotRow, UnitKey
from store.records import CUSTOMER


class Newest:
    """Remembers the last reading and what the store's keys mean. For one store, in one thread."""

    def __init__(self) -> None:
        self._subjects: dict[UnitKey, Subject | None] = {}
        self._told: frozenset[SlotRow] = frozenset()

    def told(self, reader: Reader, from_s: int, to_s: int) -> list[Told]:
        """Customers' events of slots that begin in ``[from_s, to_s)``, in order of time, those left out that were told
        with the same counts at the last call."""
        rows = frozenset(reader.slots(from_s, to_s))
        fresh = sorted(rows - self._told, key=itemgetter(0))
        self._learn(reader, {row[1] for row in fresh})
        self._told = rows
        subjects = self._subjects
        return [
            Told(at_s, subject, total, bad) for at_s, key, total, bad in fresh if (subject := subjects[key]) is not None
        ]

    def forget(self) -> None:
        """Everything is told again."""
        self._told = frozenset()

    def _learn(self, reader: Reader, keys: Iterable[UnitKey]) -> None:
        missing = [key for key in keys if key not in self._subjects]
        if not missing:
            return
        for key, unit in reader.named(missing).items():
            watched = unit.traffic == CUSTOMER and unit.scope in LEVELS
            self._subjects[key] = subject_of(unit) if watched else None
