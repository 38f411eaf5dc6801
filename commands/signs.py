"""What `check` finds: one sign for each thing that it looked at, with what to do about it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How it is. Only errors make `check` say no."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Sign:
    """One finding. ``kind``: what was looked at, a word of docs/operations.md (disk, clock, lease ...); ``text``:
    which one and how it is; ``fix``: what to do, empty when nothing is to be done."""

    kind: str
    health: Health
    text: str
    fix: str = ""

    def line(self) -> str:
        """For people."""
        told = f"{self.text}; {self.fix}" if self.fix else self.text
        return f"error: {told}" if self.health is Health.ERROR else f"{self.health.value:<7} {told}"


def ok(kind: str, text: str) -> Sign:
    """Nothing to do."""
    return Sign(kind, Health.OK, text)


def warning(kind: str, text: str, fix: str = "") -> Sign:
    """Works, and somebody should look."""
    return Sign(kind, Health.WARNING, text, fix)


def error(kind: str, text: str, fix: str = "") -> Sign:
    """Does not work."""
    return Sign(kind, Health.ERROR, text, fix)


def shown(signs: Iterable[Sign], *, as_json: bool) -> list[Sign]:
    """Prints each as it is found, errors to standard error; or all as one document at the end."""
    found = []
    for sign in signs:
        found.append(sign)
        if not as_json:
            print(sign.line(), file=sys.stderr if sign.health is Health.ERROR else sys.stdout, flush=True)
    if as_json:
        print(json.dumps(document(found), ensure_ascii=False, indent=1))
    return found


def document(signs: list[Sign]) -> dict[str, object]:
    """What `check --json` prints."""
    counted = {health.value: sum(sign.health is health for sign in signs) for health in Health}
    rows = [{"kind": each.kind, "health": each.health.value, "text": each.text, "fix": each.fix} for each in signs]
    return {"healthy": not counted[Health.ERROR.value], "counted": counted, "checks": rows}
