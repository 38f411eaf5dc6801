"""A frozen issue: one revision of one report, whose contents never change again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reports.issues.errors import BadOrigin

FROZEN, PREPARED, REVIEWED, APPROVED, WITHDRAWN = "frozen", "prepared", "reviewed", "approved", "withdrawn"
STEPS = (PREPARED, REVIEWED, APPROVED)
"""Signatures in the order in which they are given."""
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,79}")
_KIND = re.compile(r"[a-z][a-z_]{0,39}")
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        "kind": (_KIND, "a word of small letters, for example availability"),
        "period": (_WORD, "letters, digits, dot, hyphen and underscore, for example 2026-10"),
        "scope": (_WORD, "letters, digits, dot, hyphen and underscore; empty for everything"),
    }
)
_LONGEST_VERSION = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document reports on and what made it. ``period``: 2026-10, 2026-Q4, 2026 or a range, as people name it;
    ``scope``: which part of the bank, empty for all of it. Raises BadOrigin."""

    kind: str
    period: str
    definition_version: str
    code_version: str
    scope: str = ""

    def __post_init__(self) -> None:
        for field, (form, wanted) in _FORMS.items():
            given = getattr(self, field)
            if not form.fullmatch(given) and not (field == "scope" and given == ""):
                raise BadOrigin(field, given, wanted)
        for field in ("definition_version", "code_version"):
            given = getattr(self, field)
            if not given.strip() or len(given) > _LONGEST_VERSION:
                raise BadOrigin(field, given, f"say which one, in at most {_LONGEST_VERSION} characters")

    def issue_id(self, revision: int) -> str:
        """ "availability-2026-10-r1"; of a part "availability-2026-10~weilidai-r1"."""
        return f"{self.kind}-{self.period}{f'~{self.scope}' if self.scope else ''}-r{revision}"


@dataclass(frozen=True, slots=True)
class Approval:
    """One signature."""

    step: str
    actor: str
    at_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why an issue does not hold any more. ``replaced_by``: id of the revision that came."""

    at_ms: int
    actor: str
    replaced_by: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What lists say of an issue without reading its contents. ``availability``: per cent, None when not known."""

    verdict: str = ""
    availability: str | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """``digest``: SHA-256 of the contents; ``differences``: lines of the table against the revision before."""

    id: str
    origin: Origin
    revision: int
    digest: str
    size_bytes: int
    frozen_ms: int
    frozen_by: str
    differences: int = 0
    approvals: tuple[Approval, ...] = ()
    withdrawn: Withdrawal | None = None
    headline: Headline = Headline()

    @property
    def state(self) -> str:
        """``frozen``, the last signature's step, or ``withdrawn``."""
        if self.withdrawn is not None:
            return WITHDRAWN
        return self.approvals[-1].step if self.approvals else FROZEN

    @property
    def previous_id(self) -> str:
        """Id of the revision before; empty for the first."""
        return self.origin.issue_id(self.revision - 1) if self.revision > 1 else ""
