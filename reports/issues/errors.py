"""What is refused about frozen issues.

IssueError
|- BadDocument      a document that has no exact, repeatable form
|- BadOrigin        a kind, period, version or name that an issue cannot carry
|- UnknownIssue     an id that was never given
|- ChangedIssue     stored contents that are not what was frozen
`- ApprovalRefused  a signature out of order, or by somebody who signed before
"""

from __future__ import annotations


class IssueError(Exception):
    """Anything that is refused about frozen issues."""


class BadDocument(IssueError):
    """``where``: path of the value inside the document."""

    def __init__(self, where: str, cause: str) -> None:
        super().__init__(f"report document, {where or 'the whole'}: {cause}")


class BadOrigin(IssueError):
    """``field``: which of the issue's words."""

    def __init__(self, field: str, given: str, wanted: str) -> None:
        super().__init__(f"{field}: {given[:100]!r} given; {wanted}")


class UnknownIssue(IssueError):
    """No issue has this id."""

    def __init__(self, issue_id: str) -> None:
        super().__init__(f"issue {issue_id[:200]!r}: never frozen; an id looks like availability-2026-10-r1")


class ChangedIssue(IssueError):
    """The contents were changed after they were frozen; they are not shown."""

    def __init__(self, issue_id: str, cause: str) -> None:
        super().__init__(f"issue {issue_id}: {cause}; what was frozen is not shown otherwise: restore it from a backup")


class ApprovalRefused(IssueError):
    """Nothing was signed."""

    def __init__(self, issue_id: str, cause: str) -> None:
        super().__init__(f"issue {issue_id}: {cause}; nothing was signed")
