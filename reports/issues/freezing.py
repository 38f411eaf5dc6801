"""Freezing a report: its contents are kept once; what is said otherwise later becomes the next revision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from reports.issues.canonical import Json, canonical, digest
from reports.issues.differences import Difference, content, differences
from reports.issues.errors import UnknownIssue
from reports.issues.keeping import (
    contents_document,
    document_for,
    document_of,
    entry_for,
    find,
    newest,
    replacement,
)
from reports.issues.model import FROZEN, WITHDRAWN, Headline, Issue, Origin, Withdrawal
from reports.issues.people import name_of
from store.journal import Change, JournalReader

_SILENT = Headline()


def freeze(
    document: Mapping[str, Json],
    origin: Origin,
    journal: JournalReader,
    now_ms: int,
    actor: str,
    *,
    headline: Headline = _SILENT,
) -> tuple[Change, Issue]:
    """What has to be written so that a report is frozen; nothing when the newest revision says the same.

    A new revision withdraws the one before, with its signatures. Raises BadDocument, BadOrigin (``actor``), and
    ChangedIssue when the revision before is not what was frozen.
    """
    contents, actor = canonical(document), name_of(actor)
    before = newest(journal, origin)
    if before is None:
        first = replace(_issue(origin, 1, contents, now_ms, actor), headline=headline)
        return _first_change(first, contents), first
    was, now = document_of(journal, before.id), json.loads(contents)
    if canonical(content(was)) == canonical(content(now)):
        return Change(), before
    issue = _issue(origin, before.revision + 1, contents, now_ms, actor)
    issue = replace(issue, differences=len(differences(was, now)), headline=headline)
    return _withdrawing(_first_change(issue, contents), journal, before, issue), issue


def differences_of(journal: JournalReader, issue_id: str) -> list[Difference]:
    """The table of a revision against the one before; empty for the first. Raises UnknownIssue and ChangedIssue."""
    issue = find(journal, issue_id)
    if issue is None:
        raise UnknownIssue(issue_id)
    if not issue.previous_id:
        return []
    return differences(document_of(journal, issue.previous_id), document_of(journal, issue_id))


def _issue(origin: Origin, revision: int, contents: str, now_ms: int, actor: str) -> Issue:
    size = len(contents.encode())
    return Issue(origin.issue_id(revision), origin, revision, digest(contents), size, now_ms, actor)


def _first_change(issue: Issue, contents: str) -> Change:
    origin = issue.origin
    versions = {"definition_version": origin.definition_version, "code_version": origin.code_version}
    entry = entry_for(issue.id, issue.frozen_ms, issue.frozen_by, FROZEN, digest=issue.digest, **versions)
    return Change((entry,), (document_for(issue), contents_document(issue, contents)))


def _withdrawing(change: Change, journal: JournalReader, before: Issue, issue: Issue) -> Change:
    """Adds to a change that the issue before does not hold any more; its contents and signatures stay."""
    withdrawal = Withdrawal(issue.frozen_ms, issue.frozen_by, issue.id)
    entry = entry_for(before.id, issue.frozen_ms, issue.frozen_by, WITHDRAWN, replaced_by=issue.id)
    document = replacement(journal, replace(before, withdrawn=withdrawal))
    return replace(change, entries=(*change.entries, entry), documents=(*change.documents, document))
