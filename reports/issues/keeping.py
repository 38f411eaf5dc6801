"""Issues in the journal: a short document of each (``report_issue``), its contents beside it as canonical JSON
(``report_issue_contents``), and an entry for everything that somebody did.

Both documents stay open for ever, so that no retention takes them; entries leave with the journal's days, and what they
say of an issue stands in its short document too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reports.issues.canonical import Json, digest
from reports.issues.errors import ChangedIssue, UnknownIssue
from reports.issues.model import FROZEN, Approval, Headline, Issue, Origin, Withdrawal
from store.journal import Document, Entry, JournalReader

KIND = "report_issue"
CONTENTS = "report_issue_contents"
MOST = 1_000


def find(journal: JournalReader, issue_id: str) -> Issue | None:
    """One issue."""
    document = journal.document(KIND, issue_id)
    return None if document is None else issue_of(document)


def listed(
    journal: JournalReader, *, from_ms: int | None = None, to_ms: int | None = None, most: int = MOST
) -> list[Issue]:
    """Issues that were frozen in a range of time, newest first."""
    found = journal.documents(KIND, from_ms=from_ms, to_ms=to_ms, most=most, newest_first=True)
    return [issue_of(each) for each in found]


def newest(journal: JournalReader, origin: Origin) -> Issue | None:
    """The last revision of what reports on the same; its id says which."""
    last = None
    while (found := find(journal, origin.issue_id(1 if last is None else last.revision + 1))) is not None:
        last = found
    return last


def document_of(journal: JournalReader, issue_id: str) -> dict[str, Any]:
    """The contents as they were frozen. Raises UnknownIssue, and ChangedIssue when they are not what was frozen."""
    return dict(json.loads(contents_of(journal, issue_id)))


def contents_of(journal: JournalReader, issue_id: str) -> str:
    """The same as canonical text, whose SHA-256 is the issue's. Raises UnknownIssue and ChangedIssue."""
    issue = find(journal, issue_id)
    if issue is None:
        raise UnknownIssue(issue_id)
    stored = journal.document(CONTENTS, issue_id)
    if stored is None:
        raise ChangedIssue(issue_id, "its contents are gone")
    found = digest(stored.body)
    if found != issue.digest:
        raise ChangedIssue(issue_id, f"its contents were changed (sha256 {issue.digest} was frozen, {found} is stored)")
    _compare_with_entry(journal, issue)
    return stored.body


def _compare_with_entry(journal: JournalReader, issue: Issue) -> None:
    """Entries never change: whoever changed contents and digest together is found as long as the entry is kept."""
    for each in journal.entries(kind=KIND, subject=issue.id, most=1):
        said = json.loads(each.entry.body)
        if said["step"] == FROZEN and said["digest"] != issue.digest:
            cause = f"its digest was changed (sha256 {said['digest']} was frozen, {issue.digest} is stored)"
            raise ChangedIssue(issue.id, cause)


def issue_of(document: Document) -> Issue:
    """A stored issue."""
    body = json.loads(document.body)
    withdrawn = body.pop("withdrawn")
    return Issue(
        **{
            **body,
            "origin": Origin(**body["origin"]),
            "approvals": tuple(Approval(**each) for each in body["approvals"]),
            "withdrawn": None if withdrawn is None else Withdrawal(**withdrawn),
            "headline": Headline(**body.get("headline", {})),
        }
    )


def document_for(issue: Issue, version: int = 0) -> Document:
    """An issue to store. ``version``: of the stored document that it replaces."""
    return Document(KIND, issue.id, version, issue.frozen_ms, True, _compact(asdict(issue)))


def replacement(journal: JournalReader, issue: Issue) -> Document:
    """An issue to store in the place of what this reader sees: whoever is second to change it, is refused."""
    stored = journal.document(KIND, issue.id)
    return document_for(issue, 0 if stored is None else stored.version)


def contents_document(issue: Issue, contents: str) -> Document:
    """Its contents to store, once."""
    return Document(CONTENTS, issue.id, 0, issue.frozen_ms, True, contents)


def entry_for(issue_id: str, at_ms: int, actor: str, step: str, **said: Json) -> Entry:
    """What somebody did to an issue."""
    return Entry(at_ms, KIND, issue_id, actor, _compact({"step": step, **said}))


def issue_json(issue: Issue) -> dict[str, Json]:
    """For lists and screens."""
    return {**asdict(issue), "state": issue.state, "previous_id": issue.previous_id}


def _compact(value: Mapping[str, Json]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
