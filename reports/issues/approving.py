"""Signatures under a frozen issue: prepared, reviewed, approved, in this order and each by somebody else."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from reports.issues.errors import ApprovalRefused, UnknownIssue
from reports.issues.keeping import contents_of, entry_for, find, replacement
from reports.issues.model import STEPS, Approval, Issue
from reports.issues.people import name_of, person
from store.journal import Change, JournalReader

LONGEST_NOTE = 2_000


def approve(
    journal: JournalReader, issue_id: str, step: str, now_ms: int, actor: str, *, note: str = ""
) -> tuple[Change, Issue]:
    """What has to be written for a signature, and the issue with it.

    Raises ApprovalRefused for another step than the next, a withdrawn issue, and a person who signed already;
    UnknownIssue; ChangedIssue, because nobody signs what is not what was frozen; BadOrigin for the name.
    """
    issue = find(journal, issue_id)
    if issue is None:
        raise UnknownIssue(issue_id)
    approval = Approval(step, name_of(actor), now_ms, note.strip())
    _refuse(issue, approval)
    contents_of(journal, issue_id)
    signed = replace(issue, approvals=(*issue.approvals, approval))
    entry = entry_for(issue.id, now_ms, approval.actor, step, digest=issue.digest, note=approval.note)
    return Change((entry,), (replacement(journal, signed),)), signed


def _refuse(issue: Issue, approval: Approval) -> None:
    if issue.withdrawn is not None:
        raise ApprovalRefused(issue.id, f"was withdrawn: {issue.withdrawn.replaced_by} took its place, sign that one")
    done = len(issue.approvals)
    if done == len(STEPS):
        raise ApprovalRefused(issue.id, "has every signature")
    if approval.step != STEPS[done]:
        raise ApprovalRefused(issue.id, f"step {approval.step[:40]!r} given; the next is {STEPS[done]!r}")
    for earlier in issue.approvals:
        if person(earlier.actor) == person(approval.actor):
            cause = f"{earlier.actor!r} has {earlier.step} it; {approval.step!r} needs another person"
            raise ApprovalRefused(issue.id, cause)
    if len(approval.note) > LONGEST_NOTE or any(unicodedata.category(char) == "Cs" for char in approval.note):
        raise ApprovalRefused(issue.id, f"the note must be at most {LONGEST_NOTE} characters of text")
