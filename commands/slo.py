"""Objectives as code, in OpenSLO v1 (docs/slos.md).

`slo validate PATH...` names every error and warning of files and folders, as `file:line: field: what, how to fix`.
`slo list` shows what the configuration's OpenSLO files hold and what of it is watched live.
Exit code 0: valid (warnings are shown), 1: the files are wrong (or warn, with --strict), 2: a path cannot be read.

  python app.py slo validate config/slos
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from alerts.openslo.findings import Finding, errors, warnings
from alerts.openslo.loading import Documents, load
from alerts.openslo.model import SloDocument
from alerts.policy import Slo
from alerts.sliced.model import SlicedSlo
from commands.errors import CommandError
from commands.objectives import bound_of, documents_of, objectives
from commands.options import add_configuration, configuration

Rows = Sequence[Sequence[str]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the actions and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    validate = actions.add_parser("validate", help="name every error and warning of OpenSLO files")
    validate.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them")
    validate.add_argument("--json", action="store_true", help="print one JSON object")
    validate.add_argument("--strict", action="store_true", help="exit 1 on warnings too")
    listing = actions.add_parser("list", help="show the objectives of the configuration")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    add_configuration(listing)


def run(args: argparse.Namespace) -> int:
    """Runs the action."""
    return _validate(args) if args.action == "validate" else _list(args)


def _validate(args: argparse.Namespace) -> int:
    documents = load(args.paths)
    print(_findings_json(documents) if args.json else "\n".join([*map(str, documents.findings), _summary(documents)]))
    for finding in documents.unreadable:
        print(f"error: {finding}", file=sys.stderr)
    if documents.unreadable:
        return 2
    refused = errors(documents.findings) or (args.strict and documents.findings)
    return 1 if refused else 0


def _summary(documents: Documents) -> str:
    """7 objects in 3 files: 2 errors, 1 warning."""
    counted = (
        (documents.seen, "object"),
        (len(documents.files), "file"),
        (len(errors(documents.findings)), "error"),
        (len(warnings(documents.findings)), "warning"),
    )
    objects, files, wrong, warned = (f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted)
    return f"{objects} in {files}: {wrong}, {warned}"


def _findings_json(documents: Documents) -> str:
    content = {
        "valid": documents.valid,
        "files": len(documents.files),
        "objects": documents.seen,
        "errors": len(errors(documents.findings)),
        "warnings": len(warnings(documents.findings)),
        "findings": [_finding_json(each) for each in documents.findings],
        "unreadable": [_finding_json(each) for each in documents.unreadable],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _finding_json(finding: Finding) -> dict[str, object]:
    return {
        "file": str(finding.file),
        "line": finding.line,
        "field": finding.field,
        "weight": finding.weight.value,
        "message": finding.message,
    }


def _list(args: argparse.Namespace) -> int:
    chosen = configuration(args)
    documents = documents_of(chosen)
    if documents is None:
        return _print_live(objectives(chosen), as_json=args.json)
    if documents.unreadable:
        raise CommandError(str(documents.unreadable[0]))
    bound = bound_of(chosen, documents)
    live: dict[str, Slo | SlicedSlo] = {slo.id.split(".", 1)[0]: slo for slo in bound.slos}
    live |= {slo.id.split(".", 1)[0]: slo for slo in bound.sliced}
    if args.json:
        print(json.dumps([_document_json(each, live) for each in documents.slos], indent=2, ensure_ascii=False))
    else:
        _print_table([_row(each, live.get(each.metadata.name)) for each in documents.slos])
    for finding in bound.findings:
        print(finding, file=sys.stderr)
    return 1 if errors(bound.findings) else 0


def _document_json(document: SloDocument, live: Mapping[str, Slo | SlicedSlo]) -> dict[str, object]:
    watched = live.get(document.metadata.name)
    return {
        "name": document.metadata.name,
        "file": str(document.place.file),
        "line": document.place.line,
        "targets": [goal.objective.text for goal in document.goals],
        "window": str(document.window.duration),
        "rolling": document.window.calendar is None,
        "method": str(document.method),
        "watches": _unit(watched) if watched else None,
        "tiers": _tiers(watched) if watched else [],
    }


def _row(document: SloDocument, watched: Slo | SlicedSlo | None) -> tuple[str, ...]:
    window = document.window
    return (
        document.metadata.name,
        " ".join(f"{goal.objective.text} %" for goal in document.goals),
        f"{window.duration} {'calendar' if window.calendar else 'rolling'}",
        str(document.method),
        _unit(watched) if watched else "not watched live",
        ",".join(_tiers(watched)) if watched else "-",
    )


def _print_live(slos: Sequence[Slo], *, as_json: bool) -> int:
    """Without OpenSLO files: the catalog's own objectives."""
    rows = [
        (s.id, f"{s.objective.text} %", f"{s.period_seconds // 86400}d rolling", "Occurrences", _unit(s)) for s in slos
    ]
    if as_json:
        print(json.dumps([{"name": s.id, "targets": [s.objective.text], "watches": _unit(s)} for s in slos], indent=2))
        return 0
    _print_table([(*row, ",".join(t.name for t in slo.policy.tiers)) for row, slo in zip(rows, slos, strict=True)])
    return 0


def _unit(slo: Slo | SlicedSlo) -> str:
    if isinstance(slo, SlicedSlo):
        return " + ".join(part.product or "bank" for part in slo.parts)
    return slo.product or "bank"


def _tiers(slo: Slo | SlicedSlo) -> list[str]:
    if isinstance(slo, SlicedSlo):
        return [rule.tier.name for rule in slo.rules]
    return [tier.name for tier in slo.policy.tiers]


def _print_table(rows: Rows) -> None:
    table = [("objective", "target", "window", "method", "watches", "tiers"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
