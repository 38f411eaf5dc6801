"""Which deliveries of one channel go out next, and in how many messages. Pure: time and tokens are arguments.

The most severe first. What waits of the same group goes along with the newest word on it, so that nobody reads "fires"
after "is over". When there are more groups than tokens, the last token carries the rest as one summary.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.notify.delivery import Delivery


class Manner(enum.Enum):
    """How a channel takes several deliveries."""

    PEOPLE = "people"  # within the rate limit, the rest summed up
    BULK = "bulk"  # everything at once: a machine that keeps states
    SINGLE = "single"  # each by itself, unlimited: a machine that acts


@dataclass(frozen=True, slots=True)
class Pick:
    """``now``: goes out as one message, oldest first. ``limited``: must wait for a token. ``wait_ms``: until there is
    something to do again; None when nothing waits but for tokens."""

    now: tuple[Delivery, ...] = ()
    limited: tuple[Delivery, ...] = ()
    wait_ms: int | None = None


def pick(waiting: Iterable[Delivery], now_ms: int, tokens: int, manner: Manner) -> Pick:
    """The next message of a channel."""
    groups = _by_group(waiting, apart=manner is Manner.SINGLE)
    due = [group for group in groups if any(each.next_attempt_ms <= now_ms for each in group)]
    if not due:
        next_ms = min((each.next_attempt_ms for group in groups for each in group), default=None)
        return Pick(wait_ms=None if next_ms is None else next_ms - now_ms)
    if manner is Manner.BULK or (manner is Manner.PEOPLE and tokens == 1):
        return Pick(now=_in_order(due))
    if manner is Manner.PEOPLE and tokens < 1:
        return Pick(limited=_in_order(due))
    return Pick(now=_in_order([min(due, key=_urgency)]))


def told(batch: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Of a batch what is worth telling: the newest of each group."""
    newest = {_group(each): each for each in batch}
    return tuple(newest.values())


def _by_group(waiting: Iterable[Delivery], *, apart: bool) -> list[list[Delivery]]:
    groups: dict[str, list[Delivery]] = {}
    for each in waiting:
        groups.setdefault(each.id if apart else _group(each), []).append(each)
    return list(groups.values())


def _group(delivery: Delivery) -> str:
    return delivery.news.notice.group or delivery.id


def _urgency(group: list[Delivery]) -> tuple[int, int]:
    return -max(each.news.notice.severity for each in group), min(each.queued_ms for each in group)


def _in_order(groups: Iterable[list[Delivery]]) -> tuple[Delivery, ...]:
    everything = (each for group in groups for each in group)
    return tuple(sorted(everything, key=lambda each: (each.queued_ms, each.news.notice.at_ms, each.id)))
