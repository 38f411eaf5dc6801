"""What there is to tell, before any language or channel: a notice of the desk and where people find more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.desk.codec import decode_notice, encode_notice
from alerts.desk.notice import Member, Notice, NoticeState

ENDED = frozenset({NoticeState.RESOLVED, NoticeState.OVER})


@dataclass(frozen=True, slots=True)
class News:
    """``incident``: id for the link, empty when there is none. ``runbook``: address for people. ``note``: text of a
    person. ``test``: nothing happened; somebody tries the channel."""

    notice: Notice
    incident: str = ""
    runbook: str = ""
    note: str = ""
    test: bool = False

    @property
    def ended(self) -> bool:
        """Whether it tells that something is over."""
        return self.notice.state in ENDED

    @property
    def owner(self) -> str:
        """Who acknowledged; empty when nobody did."""
        return next((member.acked_by for member in self.notice.members if member.acked_by), "")

    def json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "notice": json.loads(encode_notice(self.notice)),
            "incident": self.incident,
            "runbook": self.runbook,
            "note": self.note,
            "test": self.test,
        }

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> News:
        """The reverse of ``json``. Raises ValueError, KeyError or TypeError for what ``json`` did not write."""
        return cls(**{**content, "notice": decode_notice(json.dumps(content["notice"]))})


def instance_of(member: Member) -> str:
    """Identity of this one firing; the same alert firing again is another instance."""
    return f"{member.key.id}@{member.since_ms}"


def text_of(content: Mapping[str, Any]) -> str:
    """JSON as it is stored and signed: sorted keys, no spaces, characters as they are."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
