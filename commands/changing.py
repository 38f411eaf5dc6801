"""Changes that are planned on what is stored, and planned anew when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable

from commands.errors import CommandError
from store.errors import StaleDocument
from store.journal import Change, JournalReader
from store.port import Store

TRIES = 3


def write_planned(store: Store, plan: Callable[[JournalReader], Change], subject: str) -> None:
    """Writes what ``plan`` says. Raises CommandError when the same thing keeps changing, and what ``plan`` raises."""
    for _ in range(TRIES):
        with store.reading() as reader:
            change = plan(reader.journal())
        try:
            store.write(change)
        except StaleDocument:
            continue
        return
    raise CommandError(f"{subject}: somebody else changes the same right now; look again, then repeat")
