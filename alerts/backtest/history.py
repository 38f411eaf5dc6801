"""The past of one subject: running totals of as many slots as the longest window has, and sums over any window.

The engine's windows (``alerts.windows``) are made for thousands of subjects and one slot a second: each mark holds the
totals of all of them, and few marks reach back for days. Here it is few subjects and millions of slots, exact to the
slot: three days of seconds would be 259,200 marks, 377 MB and 14 times the CPU of this ring (20 MB). Both give the same
sums, which a test compares through the engine as a whole.
"""

from __future__ import annotations

from alerts.windows import Sum


class History:
    """Sums over windows of up to ``most_slots`` slots that end with the newest slot; nothing was before the first.

    ``totals`` and ``bads`` are rings of running totals, ``at`` is the place of the newest. The place some slots before
    it may be negative, and then counts from the end of the list, which is where the ring goes on.
    """

    __slots__ = ("at", "bads", "totals")

    def __init__(self, most_slots: int) -> None:
        self.totals = [0] * (most_slots + 1)
        self.bads = [0] * (most_slots + 1)
        self.at = 0

    def add(self, total: int, bad: int) -> None:
        """The next slot."""
        before = self.at
        at = before + 1
        if at == len(self.totals):
            at = 0
        self.totals[at] = self.totals[before] + total
        self.bads[at] = self.bads[before] + bad
        self.at = at

    def sum(self, slots: int) -> Sum:
        """Events of the last ``slots`` slots."""
        at, edge = self.at, self.at - slots
        return Sum(self.totals[at] - self.totals[edge], self.bads[at] - self.bads[edge])

    def bad(self, slots: int) -> int:
        """Bad events of the last ``slots`` slots."""
        return self.bads[self.at] - self.bads[self.at - slots]

    def burns(self, slots: int, share: int, share_of: int) -> bool:
        """Whether bad / total of the last ``slots`` slots is above ``share / share_of``."""
        at, edge = self.at, self.at - slots
        return (self.bads[at] - self.bads[edge]) * share_of > (self.totals[at] - self.totals[edge]) * share
