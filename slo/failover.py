"""When the traffic of one data center went elsewhere, told from the transactions of each minute (docs/data-centers.md).

A data center *fell* in the first whole minute in which its share of the bank's transactions is below half of its usual
share, and is *back* in the first one in which it is at least three quarters of it again. Its usual share is that of
the last fifteen minutes in which it had not fallen. A bank that has less to do as a whole changes nobody's share.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class FailoverPolicy:
    """``fallen``, ``back``: shares of the usual share. ``usual_minutes`` are looked back on, at least ``least_minutes``
    of them; a data center with fewer than ``floor`` transactions a minute is not judged. ``taken``: of what one lost,
    so much at least must have come to the others before it counts as taken over."""

    fallen: Fraction = Fraction(1, 2)
    back: Fraction = Fraction(3, 4)
    usual_minutes: int = 15
    least_minutes: int = 5
    floor: int = 60
    taken: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Failover:
    """``from_s`` begins the first minute below, ``to_s`` the first one back (None: not back yet). ``lost``: so many
    transactions fewer than usual the data center had in that time; ``gained``: what the others had more, at most
    ``lost``."""

    data_center: str
    from_s: int
    to_s: int | None
    usual_share: Fraction
    lowest_share: Fraction
    lost: int
    gained: int

    @property
    def taken_share(self) -> Fraction:
        """Of what was lost, how much the others had more."""
        return Fraction(self.gained, self.lost) if self.lost else Fraction(0)


@dataclass(slots=True)
class _Fall:
    from_s: int
    usual_own: Fraction
    usual_rest: Fraction
    lowest: Fraction
    own: int = 0
    rest: int = 0
    minutes: int = 0

    @property
    def usual_share(self) -> Fraction:
        return self.usual_own / (self.usual_own + self.usual_rest)

    def add(self, own: int, rest: int) -> None:
        self.own, self.rest, self.minutes = self.own + own, self.rest + rest, self.minutes + 1
        self.lowest = min(self.lowest, Fraction(own, own + rest))

    def ended(self, center: str, to_s: int | None) -> Failover:
        lost = max(0, int(self.usual_own * self.minutes) - self.own)
        gained = min(lost, max(0, self.rest - int(self.usual_rest * self.minutes)))
        return Failover(center, self.from_s, to_s, self.usual_share, self.lowest, lost, gained)


@dataclass(slots=True)
class _Center:
    """One data center minute by minute."""

    name: str
    policy: FailoverPolicy
    usual: deque[tuple[int, int]] = field(default_factory=deque)
    usual_own: int = 0
    usual_total: int = 0
    fall: _Fall | None = None
    found: list[Failover] = field(default_factory=list)

    def step(self, minute_s: int, own: int, total: int) -> None:
        """One minute in which the bank had ``total`` transactions, above 0."""
        if self.fall is None and self._falls(own, total):
            self._fell(minute_s, Fraction(own, total))
        if self.fall is None:
            self._remember(own, total)
        elif Fraction(own, total) >= self.policy.back * self.fall.usual_share:
            self.found.append(self.fall.ended(self.name, minute_s))
            self.fall = None
            self._remember(own, total)
        else:
            self.fall.add(own, total - own)

    def _remember(self, own: int, total: int) -> None:
        self.usual.append((own, total))
        self.usual_own, self.usual_total = self.usual_own + own, self.usual_total + total
        if len(self.usual) > self.policy.usual_minutes:
            own, total = self.usual.popleft()
            self.usual_own, self.usual_total = self.usual_own - own, self.usual_total - total

    def _falls(self, own: int, total: int) -> bool:
        """``own / total < fallen * usual share``, in integers: asked of every minute of weeks."""
        if len(self.usual) < self.policy.least_minutes or self.usual_own < self.policy.floor * len(self.usual):
            return False
        below, of = self.policy.fallen.as_integer_ratio()
        return own * self.usual_total * of < below * self.usual_own * total

    def _fell(self, minute_s: int, share: Fraction) -> None:
        own, total, minutes = self.usual_own, self.usual_total, len(self.usual)
        self.fall = _Fall(minute_s, Fraction(own, minutes), Fraction(total - own, minutes), share)


SHIPPED = FailoverPolicy()


def failovers(
    minutes: Iterable[tuple[int, Mapping[str, int]]], centers: Iterable[str], policy: FailoverPolicy = SHIPPED
) -> list[Failover]:
    """Every fall, oldest first. ``minutes``: begin in epoch seconds and transactions per data center (left out: 0),
    ascending and closed; a minute in which the bank had none is passed over."""
    watched = [_Center(each, policy) for each in centers]
    for minute_s, counts in minutes:
        total = sum(counts.values())
        if total <= 0:
            continue
        for center in watched:
            center.step(minute_s, counts.get(center.name, 0), total)
    found = [each for center in watched for each in center.found]
    found += [center.fall.ended(center.name, None) for center in watched if center.fall is not None]
    return sorted(found, key=lambda each: (each.from_s, each.data_center))
