"""Silences: they hide notices, never states. Made and ended by people; each has an owner, a reason and an end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alerts.desk import recurrence as recurring
from alerts.desk.errors import SilenceRefused
from alerts.desk.matching import Matcher, Operator, checked, matches_everything
from alerts.desk.recurrence import Every, Recurrence
from store.journal import Change, Document, Entry

KIND = "silence"
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """``most_days``: the longest silence; ``most_recurring_days``: the longest life of one that comes again."""

    most_days: int = 30
    most_recurring_days: int = 366
    remind_before_ms: int = 3_600_000


@dataclass(frozen=True, slots=True)
class Silence:
    """Who wants what to be quiet from when to when, ``[starts_ms, ends_ms)``; with a recurrence only inside its spans.

    ``version``: of the stored document, 0 before it is written.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_ms: int
    ends_ms: int
    owner: str
    comment: str
    created_ms: int
    recurrence: Recurrence | None = None
    version: int = 0

    def active(self, at_ms: int) -> bool:
        """Whether it hides anything at this instant."""
        if not self.starts_ms <= at_ms < self.ends_ms:
            return False
        return self.recurrence is None or self.recurrence.at(at_ms) is not None

    def hides(self, labels: Mapping[str, str]) -> bool:
        """Whether every matcher holds."""
        return all(matcher.matches(labels) for matcher in self.matchers)

    def reminder_ms(self, policy: SilencePolicy) -> int:
        """When its owner is told that it ends: the policy's time before, a quarter of a short silence before."""
        return self.ends_ms - min(policy.remind_before_ms, (self.ends_ms - self.starts_ms) // 4)


def create(silence: Silence, policy: SilencePolicy, now_ms: int) -> Change:
    """What is written for a new silence. Raises SilenceRefused or MatcherRefused."""
    _refuse_unfit(silence, policy, now_ms)
    body = encode(silence)
    entry = Entry(now_ms, KIND, silence.id, silence.owner, json.dumps({"did": "created", **json.loads(body)}))
    return Change((entry,), (Document(KIND, silence.id, 0, silence.starts_ms, True, body),))


def expire(silence: Silence, actor: str, now_ms: int) -> Change:
    """What is written to end a silence now; one that has not begun never does. Raises SilenceRefused."""
    if now_ms >= silence.ends_ms:
        raise SilenceRefused(f"{silence.id} is over already")
    ended = replace(silence, ends_ms=max(now_ms, silence.starts_ms))
    entry = Entry(now_ms, KIND, silence.id, actor, json.dumps({"did": "expired"}))
    return Change((entry,), (Document(KIND, silence.id, silence.version, silence.starts_ms, False, encode(ended)),))


def hiding(silences: Iterable[Silence], labels: Mapping[str, str]) -> str:
    """Id of the first silence that hides an alert with these labels; empty when none does."""
    return next((silence.id for silence in silences if silence.hides(labels)), "")


def encode(silence: Silence) -> str:
    """A silence as the body of its document."""
    every = silence.recurrence
    body = {
        "matchers": [[m.label, m.operator.value, m.value] for m in silence.matchers],
        "starts_ms": silence.starts_ms,
        "ends_ms": silence.ends_ms,
        "owner": silence.owner,
        "comment": silence.comment,
        "created_ms": silence.created_ms,
        "recurrence": every
        and {
            "every": every.every.value,
            "zone": every.zone,
            "from_minute": every.from_minute,
            "to_minute": every.to_minute,
            "days": every.days,
        },
    }
    return json.dumps(body, ensure_ascii=False)


def decode(document: Document) -> Silence:
    """A silence from its document."""
    body: dict[str, Any] = json.loads(document.body)
    every = body.pop("recurrence")
    matchers = tuple(Matcher(label, Operator(sign), value) for label, sign, value in body.pop("matchers"))
    found = every and Recurrence(
        Every(every["every"]), every["zone"], every["from_minute"], every["to_minute"], tuple(every["days"])
    )
    return Silence(id=document.id, matchers=matchers, recurrence=found, version=document.version, **body)


def _refuse_unfit(silence: Silence, policy: SilencePolicy, now_ms: int) -> None:
    for matcher in silence.matchers:
        checked(matcher)
    if matches_everything(silence.matchers):
        raise SilenceRefused("it would quiet everything; name at least one product, data center, rule, level or slo")
    if not silence.owner.strip():
        raise SilenceRefused("owner is empty; say who is asked before it ends")
    if not silence.comment.strip():
        raise SilenceRefused("comment is empty; say why it may be quiet")
    if silence.starts_ms >= silence.ends_ms:
        raise SilenceRefused("it ends before it begins; give an end after its begin")
    if silence.ends_ms <= now_ms:
        raise SilenceRefused("its end is past; give an end that is still to come")
    if silence.recurrence:
        recurring.checked(silence.recurrence)
    most = policy.most_recurring_days if silence.recurrence else policy.most_days
    if silence.ends_ms - silence.starts_ms > most * DAY_MS:
        raise SilenceRefused(f"it is longer than {most} days; give an earlier end")
