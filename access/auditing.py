"""Every change of access goes into the audit log, in the same transaction as what was changed."""

from __future__ import annotations

from dataclasses import replace

from store.audit import audited
from store.journal import Change


def with_audit(change: Change, at_ms: int, actor: str, action: str, subject: str = "", **detail: object) -> Change:
    """The same change, and who did it. ``action``: a dotted word such as ``login.refused``; never a secret."""
    return replace(change, audit=(*change.audit, audited(at_ms, actor, action, subject, **detail)))
