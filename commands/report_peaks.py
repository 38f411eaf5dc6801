"""`report peaks`: daily peaks, forecast and capacity in every format, frozen, or drawn again from what was frozen."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from commands.errors import CommandError, refusing
from commands.options import Configuration
from commands.report_files import written_whole
from commands.version import VERSION
from dashboard.reporting.making import FORMATS, LANGUAGES
from dashboard.reporting.peaks import drawn_peaks, frozen_peaks, frozen_peaks_now, peaks_file_name
from reports.availability.period import Period, days, month, quarter, year
from reports.issues.keeping import find
from reports.issues.model import Issue
from reports.peaks.composing import Ground, compose
from reports.peaks.errors import PeakReportError
from reports.peaks.model import KIND, PeakReport
from slo.errors import SloError
from store.journal import JournalReader
from store.port import Store

Restated = Sequence[tuple[str, str, str]]
_CALENDAR = {"month": month, "quarter": quarter, "year": year}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--quarter", metavar="YYYY-Qn")
    parser.add_argument("--year", metavar="YYYY")
    parser.add_argument("--from", dest="begin", metavar="YYYY-MM-DD", help="first day of a range of days")
    parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="day after its last")
    parser.add_argument("--product", metavar="ID", default="", help="only this product (default: the whole bank)")
    parser.add_argument("--issue", metavar="ID", help="a frozen issue instead of a period")
    parser.add_argument("--format", choices=FORMATS, help="default: what -o ends with, else json")
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="language on paper (default: zh)")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
    parser.add_argument("--freeze", action="store_true", help="keeps it as an issue that never changes; needs --by")
    parser.add_argument("--by", metavar="NAME", default="", help="who freezes")


def report(args: argparse.Namespace, chosen: Configuration, store: Store, format_: str) -> int:
    """Makes, freezes and writes one report."""
    with refusing(PeakReportError, SloError):
        made, restated, issue_id = _made(args, chosen, store)
    content = drawn_peaks(made, format_, args.lang, restated)
    if args.file is None:
        if args.freeze and args.format is None:
            return 0
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    target = args.file / peaks_file_name(made, format_, args.lang, issue_id) if args.file.is_dir() else args.file
    written_whole(target, content)
    print(f"{target}: {len(content):,} bytes, {made.verdict}")
    return 0


def _made(args: argparse.Namespace, chosen: Configuration, store: Store) -> tuple[PeakReport, Restated, str]:
    """The report, what an issue restates, and the issue's id."""
    if args.issue:
        if args.freeze or args.product or _named(args):
            raise CommandError(
                f"report: --issue {args.issue} says its period and product itself and is frozen; leave the others out"
            )
        with store.reading() as reader:
            return *_frozen(reader.journal(), args.issue), args.issue
    period = _period(args, chosen.catalog.zone)
    ground = Ground(chosen.catalog, chosen.kinds, chosen.settings.capacity.policy(), VERSION, demo=chosen.settings.demo)
    with store.reading() as reader:
        made = compose(reader, ground, period, _now_ms(), args.product)
    if not args.freeze:
        return made, (), ""
    issue = _freeze(args, made, store)
    with store.reading() as reader:
        return *frozen_peaks(reader.journal(), issue.id), issue.id


def _frozen(journal: JournalReader, issue_id: str) -> tuple[PeakReport, Restated]:
    known = find(journal, issue_id)
    if known is not None and known.origin.kind != KIND:
        raise CommandError(
            f"report peaks: --issue {issue_id}: is no report of peaks; report {known.origin.kind} draws it"
        )
    return frozen_peaks(journal, issue_id)


def _freeze(args: argparse.Namespace, made: PeakReport, store: Store) -> Issue:
    with store.reading() as reader:
        change, issue = frozen_peaks_now(made, reader.journal(), _now_ms(), args.by)
    if not change.documents:
        print(f"{issue.id}: says the same already (sha256 {issue.digest})", file=sys.stderr)
        return issue
    store.write(change)
    provisional = "; provisional, the period is not over" if made.period.provisional else ""
    print(f"{issue.id}: frozen (sha256 {issue.digest}){provisional}", file=sys.stderr)
    return issue


def _named(args: argparse.Namespace) -> list[str]:
    given = [name for name in _CALENDAR if getattr(args, name)]
    return [*given, "range"] if args.begin or args.end else given


def _period(args: argparse.Namespace, zone: str) -> Period:
    named = _named(args)
    if len(named) != 1:
        raise CommandError(
            "report peaks: name one period: --month 2026-10, --quarter 2026-Q4, --year 2026, or --from and --to"
        )
    if named[0] != "range":
        return _CALENDAR[named[0]](getattr(args, named[0]), zone)
    if not (args.begin and args.end):
        raise CommandError("report peaks: --from and --to go together: --from 2026-10-01 --to 2026-11-01")
    return days(args.begin, args.end, zone)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
