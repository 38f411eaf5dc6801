"""Who is told when nobody answers: a chain of steps by time, as data."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.model import Severity


@dataclass(frozen=True, slots=True)
class Step:
    """After so long without an acknowledgement these roles are told; the first step is the page itself, after 0 s."""

    after_ms: int
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps for severities from ``least`` up. ``repeat_ms``: how often the last step is repeated while a call is
    unanswered; 0 never."""

    steps: tuple[Step, ...] = (Step(0, ("on_call",)),)
    least: Severity = Severity.PAGE
    repeat_ms: int = 0

    def due(self, step: int, since_ms: int, told_ms: int, severity: Severity, now_ms: int) -> int | None:
        """The step to take now; None when none is due. ``step``: the one taken last, at ``told_ms``; ``since_ms``: when
        the page went out."""
        if severity < self.least:
            return None
        passed = [i for i, each in enumerate(self.steps) if i > step and now_ms - since_ms >= each.after_ms]
        if passed:
            return passed[-1]
        last = len(self.steps) - 1
        if step < last or severity < Severity.CALL or not self.repeat_ms:
            return None
        return last if now_ms - told_ms >= self.repeat_ms else None

    def coming(self, step: int, since_ms: int, told_ms: int, severity: Severity) -> tuple[int, int] | None:
        """The step after ``step`` and when it is due (which may be past); None when nothing more comes."""
        if severity < self.least:
            return None
        if step < len(self.steps) - 1:
            return step + 1, since_ms + self.steps[step + 1].after_ms
        repeats = severity >= Severity.CALL and self.repeat_ms > 0
        return (len(self.steps) - 1, told_ms + self.repeat_ms) if repeats else None

    def roles(self, after: int, to: int) -> tuple[str, ...]:
        """Roles of the steps above ``after`` up to ``to``, each once, in order."""
        named = [role for step in self.steps[after + 1 : to + 1] for role in step.roles]
        return tuple(dict.fromkeys(named))
