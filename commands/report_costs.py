"""`report costs`: a month's cost report in every format, frozen, or drawn again from what was frozen."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from commands.costs_shown import desk_of
from commands.errors import CommandError, refusing
from commands.options import Configuration
from commands.report_files import written_whole
from dashboard.reporting.costs import cost_report, costs_file_name, drawn_costs, frozen_costs, frozen_costs_now
from dashboard.reporting.making import FORMATS, LANGUAGES
from reports.availability.period import Period, days, month
from reports.costs.errors import CostReportError
from reports.costs.model import KIND, CostReport
from reports.issues.keeping import find
from reports.issues.model import Issue
from slo.errors import SloError
from store.journal import JournalReader
from store.port import Store

Restated = Sequence[tuple[str, str, str]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--month", metavar="YYYY-MM", help="the month; costs are closed by the month")
    parser.add_argument("--from", dest="begin", metavar="YYYY-MM-DD", help="first day of a month, with --to")
    parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="first day of the month after")
    parser.add_argument("--issue", metavar="ID", help="a frozen issue instead of a month")
    parser.add_argument("--format", choices=FORMATS, help="default: what -o ends with, else json")
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="language on paper (default: zh)")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
    parser.add_argument("--freeze", action="store_true", help="keeps it as an issue that never changes; needs --by")
    parser.add_argument("--by", metavar="NAME", default="", help="who freezes")


def report(args: argparse.Namespace, chosen: Configuration, store: Store, format_: str) -> int:
    """Makes, freezes and writes one report."""
    with refusing(CostReportError, SloError):
        made, restated, issue_id = _made(args, chosen, store)
    content = drawn_costs(made, format_, args.lang, restated)
    if args.file is None:
        if args.freeze and args.format is None:
            return 0
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    target = args.file / costs_file_name(made, format_, args.lang, issue_id) if args.file.is_dir() else args.file
    written_whole(target, content)
    print(f"{target}: {len(content):,} bytes, {made.goal.verdict}")
    return 0


def _made(args: argparse.Namespace, chosen: Configuration, store: Store) -> tuple[CostReport, Restated, str]:
    """The report, what an issue restates, and the issue's id."""
    if args.issue:
        if args.freeze or args.month or args.begin or args.end:
            raise CommandError(
                f"report: --issue {args.issue} says its month itself and is frozen; leave the others out"
            )
        with store.reading() as reader:
            return *_frozen(reader.journal(), args.issue), args.issue
    period = _period(args, chosen.catalog.zone)
    with store.reading() as reader:
        made = cost_report(reader, desk_of(chosen), period, int(time.time()))
    if not args.freeze:
        return made, (), ""
    issue = _freeze(args, made, store)
    with store.reading() as reader:
        return *frozen_costs(reader.journal(), issue.id), issue.id


def _frozen(journal: JournalReader, issue_id: str) -> tuple[CostReport, Restated]:
    known = find(journal, issue_id)
    if known is not None and known.origin.kind != KIND:
        raise CommandError(f"report costs: --issue {issue_id}: is no cost report; report {known.origin.kind} draws it")
    return frozen_costs(journal, issue_id)


def _freeze(args: argparse.Namespace, made: CostReport, store: Store) -> Issue:
    with store.reading() as reader:
        change, issue = frozen_costs_now(made, reader.journal(), time.time_ns() // 1_000_000, args.by)
    if not change.documents:
        print(f"{issue.id}: says the same already (sha256 {issue.digest})", file=sys.stderr)
        return issue
    store.write(change)
    provisional = "; provisional, the month is not over" if made.period.provisional else ""
    print(f"{issue.id}: frozen (sha256 {issue.digest}){provisional}", file=sys.stderr)
    return issue


def _period(args: argparse.Namespace, zone: str) -> Period:
    """The month that the options name; days may be those of a whole month."""
    if bool(args.month) == bool(args.begin or args.end):
        raise CommandError("report costs: name one month: --month 2026-10")
    if args.month:
        return month(args.month, zone)
    if not (args.begin and args.end):
        raise CommandError("report costs: --from and --to go together: --from 2026-10-01 --to 2026-11-01")
    asked = days(args.begin, args.end, zone)
    whole = month(args.begin.strip()[:7], zone)
    return whole if whole.window == asked.window else asked
