"""The past of one subject: running totals of as many slots as the longest window has, and sums over any window.

The engine's windows (``alerts.windows``) are made for thousands of subjects and one slot a second; here it is few
subjects and millions of slots. Both give the same sums, which a test compares through the engine as a whole.
"""

from __future__ import annotations

from alerts.windows import Sum


class History:
    """Sums over windows of up to ``most_slots`` slots that end with the newest slot; nothing was before the first."""

    def __init__(self, most_slots: int) -> None:
        self._room = most_slots + 1
        self._totals = [0] * self._room
        self._bads = [0] * self._room
        self._at = 0

    def add(self, total: int, bad: int) -> None:
        """The next slot."""
        before = self._at
        at = before + 1
        if at == self._room:
            at = 0
        self._totals[at] = self._totals[before] + total
        self._bads[at] = self._bads[before] + bad
        self._at = at

    def sum(self, slots: int) -> Sum:
        """Events of the last ``slots`` slots."""
        at = self._at
        edge = at - slots  # a negative index counts from the end of the list, which is where the ring goes on
        return Sum(self._totals[at] - self._totals[edge], self._bads[at] - self._bads[edge])

    def bad(self, slots: int) -> int:
        """Bad events of the last ``slots`` slots."""
        return self._bads[self._at] - self._bads[self._at - slots]
