"""A line that says how far a long task is: rewritten in place for people, a line each tenth in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

REDRAW_S = 0.2


class Meter:
    """Progress of one task on standard error, so that the result can be piped."""

    def __init__(self, doing: str, unit: str, stream: TextIO | None = None) -> None:
        self._doing = doing
        self._unit = unit
        self._stream = stream or sys.stderr
        self._in_place = self._stream.isatty()
        self._drawn_at = 0.0
        self._tenth = -1
        self._shown = False

    def show(self, done: int, total: int) -> None:
        """Says how much is done. More than expected counts as everything; an empty task shows nothing."""
        if total <= 0:
            return
        done = min(done, total)
        line = f"{self._doing}: {done:,} of {total:,} {self._unit} ({done * 100 // total} %)"
        tenth = done * 10 // total
        if self._in_place:
            now = time.monotonic()
            if done == total or now - self._drawn_at >= REDRAW_S:
                self._drawn_at, self._shown = now, True
                print(f"\r{line}", end="", file=self._stream, flush=True)
        elif tenth > self._tenth:
            print(line, file=self._stream, flush=True)
        self._tenth = tenth

    def end(self) -> None:
        """Leaves the cursor at the begin of a fresh line."""
        if self._shown:
            print(file=self._stream, flush=True)
            self._shown = False
