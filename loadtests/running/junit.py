"""Verdicts as JUnit XML, one test case per scope, for CI servers that know nothing else."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

_KINDS = {"refuted": "failure", "undecided": "skipped", "invalid": "error"}


def junit_xml(document: dict[str, Any]) -> str:
    """One suite: the run itself first (its verdict is the exit code), then every product and step.

    Refuted is a failure, invalid an error, undecided is skipped: neither passed nor failed. In an invalid run nothing
    passes.
    """
    invalid = document["verdict"] == "invalid"
    rows = document["fixed_length"]["verdicts"] if document["fixed_length"]["decides"] else document["live"]
    scopes = [(_name(row), "invalid" if invalid else str(row["verdict"]), _said(row)) for row in rows]
    reasons = "; ".join(reason["text"] for reason in document["invalid_reasons"])
    run = ("load run", document["verdict"], reasons or f"{document['counts']['overall']['failures']} failures")
    cases = [run, *scopes]
    counts = {kind: sum(1 for _, verdict, _ in cases if _KINDS.get(verdict) == kind) for kind in _KINDS.values()}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="load run" tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}" '
        f'skipped="{counts["skipped"]}" timestamp={quoteattr(document["started_at"])}>',
        *(_case(name, verdict, text, document["run_id"]) for name, verdict, text in cases),
        "</testsuite>",
    ]
    return "\n".join(lines) + "\n"


def _case(name: str, verdict: str, text: str, run_id: str) -> str:
    head = f"  <testcase classname={quoteattr(f'load run {run_id}')} name={quoteattr(name)}"
    kind = _KINDS.get(verdict)
    if kind is None:
        return f"{head}/>"
    return f"{head}><{kind} message={quoteattr(f'{verdict}: {text}')}>{escape(text)}</{kind}></testcase>"


def _name(row: dict[str, Any]) -> str:
    if row["limit_microseconds"] is not None:
        return f"all requests: {row['target']} % within {row['limit_microseconds'] // 1000} ms"
    place = "/".join(part for part in (row["product"], row["step"]) if part) or "all requests"
    return f"{place}: availability {row['target']} %"


def _said(row: dict[str, Any]) -> str:
    return f"{row['failures']} of {row['requests']} requests failed"
