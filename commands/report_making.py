"""One report of any kind: in every format, frozen, or drawn again from what was frozen."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from commands.auditing import with_act
from commands.errors import CommandError
from commands.options import Configuration
from commands.report_files import bank_of
from commands.written import written_whole
from dashboard.reporting.kinds import KINDS, MadeReport, kind_named
from dashboard.reporting.making import FORMATS, LANGUAGES, Frozen, file_name, frozen, frozen_now, laid
from reports.availability.period import Period, days, month, quarter, year
from reports.issues.model import Issue
from store.port import Store

_CALENDAR = {"month": month, "quarter": quarter, "year": year}


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declares the options of a kind of reports, beside those of the configuration."""
    add_period(parser, name)
    parser.add_argument("--format", choices=FORMATS, help="default: what -o ends with, else json")
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="language on paper (default: zh)")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
    parser.add_argument("--freeze", action="store_true", help="keeps it as an issue that never changes; needs --by")
    parser.add_argument("--by", metavar="NAME", default="", help="who freezes")


def add_period(parser: argparse.ArgumentParser, name: str = "") -> None:
    """Declares how a period and products are named; what a kind does not take, it has no option for."""
    kind = KINDS.get(name)
    parser.set_defaults(quarter=None, year=None, products="")
    for each, form in (("month", "YYYY-MM"), ("quarter", "YYYY-Qn"), ("year", "YYYY")):
        if kind is None or each in kind.periods:
            parser.add_argument(f"--{each}", metavar=form)
    parser.add_argument("--from", dest="begin", metavar="YYYY-MM-DD", help="first day of a range of days")
    parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="day after its last")
    most = None if kind is None else kind.most_products
    if most is None:
        parser.add_argument("--products", metavar="ID,ID", default="", help="only these (default: all)")
    elif most:
        parser.add_argument(
            "--product", dest="products", metavar="ID", default="", help="only this product (default: the whole bank)"
        )
    parser.add_argument("--issue", metavar="ID", help="a frozen issue instead of a period")


def report(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    """Makes, freezes and writes one report. Raises CommandError and one of REFUSED."""
    format_, issue_id = _format(args), args.issue or ""
    found = made(args, chosen, store, args.action)
    if args.freeze:
        issue_id = _freeze(args, found.report, store).id
        with store.reading() as reader:
            found = frozen(reader.journal(), issue_id)
    draw = laid(found.report, format_, args.lang, found.restated)
    name = file_name(found.report, format_, args.lang, issue_id)
    verdict = kind_named(found.report.kind).headline(found.report).verdict
    del found  # up to 10 MB beside the 170 that a PDF takes
    content = draw()
    if args.file is None:
        if args.freeze and args.format is None:
            return 0
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    target = args.file / name if args.file.is_dir() else args.file
    written_whole(target, content)
    print(f"{target}: {len(content):,} bytes, {verdict}")
    return 0


def made(args: argparse.Namespace, chosen: Configuration, store: Store, wanted: str) -> Frozen:
    """The report that the options name, and what an issue restates. ``wanted``: its kind; empty for that of an issue,
    else the first."""
    name = wanted or next(iter(KINDS))
    if args.issue:
        _refuse_both(args)
        with store.reading() as reader:
            return frozen(reader.journal(), args.issue, wanted)
    period = _period(args, chosen.catalog.zone, name)
    with store.reading() as reader:
        return Frozen(kind_named(name).make(reader, bank_of(chosen), period, _products(args), _now_ms()), ())


def _freeze(args: argparse.Namespace, made: MadeReport, store: Store) -> Issue:
    if args.issue:
        raise CommandError(f"report: --issue {args.issue}: is frozen already; --freeze takes a period")
    with store.reading() as reader:
        change, issue = frozen_now(made, _products(args), reader.journal(), _now_ms(), args.by)
    if not change.documents:
        print(f"{issue.id}: says the same already (sha256 {issue.digest})", file=sys.stderr)
        return issue
    store.write(with_act(change, "report.freeze", issue.id, by=args.by, sha256=issue.digest))
    more = f", {issue.differences:,} differences from {issue.previous_id}" if issue.previous_id else ""
    provisional = "; provisional, the period is not over" if made.period.provisional else ""
    print(f"{issue.id}: frozen (sha256 {issue.digest}){more}{provisional}", file=sys.stderr)
    return issue


def _period(args: argparse.Namespace, zone: str, kind: str) -> Period:
    named = [(name, getattr(args, name)) for name in _CALENDAR if getattr(args, name)]
    if args.begin or args.end:
        named.append(("range", args.begin))
    if len(named) != 1 and KINDS[kind].periods == ("month",):
        raise CommandError(f"report {kind}: name one month: --month 2026-10")
    if len(named) != 1:
        raise CommandError(
            "report: name one period: --month 2026-10, --quarter 2026-Q4, --year 2026, or --from and --to"
        )
    if named[0][0] == "range":
        if not (args.begin and args.end):
            raise CommandError("report: --from and --to go together: --from 2026-10-01 --to 2026-11-01")
        return days(args.begin, args.end, zone)
    return _CALENDAR[named[0][0]](named[0][1], zone)


def _refuse_both(args: argparse.Namespace) -> None:
    if args.month or args.quarter or args.year or args.begin or args.end or args.products:
        raise CommandError(f"report: --issue {args.issue} says its period and products itself; leave the others out")


def _products(args: argparse.Namespace) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in args.products.split(",") if each.strip()))


def _format(args: argparse.Namespace) -> str:
    if args.format:
        return str(args.format)
    if args.file is None:
        return "json"
    ending = args.file.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise CommandError(f"report: -o {args.file}: say --format or let the name end in .{', .'.join(FORMATS)}")
    return str(ending)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
