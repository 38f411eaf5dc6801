"""Reports: availability and incidents of any period, in every format, frozen, explained, sent.

  availability      verdict, products, trend, incidents, budget, data quality: PDF, XLSX, CSV, JSON, HTML
  incidents         the incidents of a period alone
  costs             a month's IT cost per account, who bears it, why it moved
  peaks             daily peaks and records, forecast of the next 28 days, capacity and headroom
  explain FIGURE    where a figure comes from: formula, what went in, the rows that it was counted from
  issues            frozen issues and who signed them
  approve ID        signs one: prepared, then reviewed, then approved, each by another person
  change            records what was changed in the bank's systems, for the reports of that time
  send              what is due, or one delivery now; --list, --dry-run

first steps:
  python app.py report availability --month 2026-10 -o october.pdf
  python app.py report availability --month 2026-10 --freeze --by "Li Wei"
  python app.py report explain product/weilidai/availability --month 2026-10
  python app.py report availability --issue availability-2026-10-r1 --format xlsx -o october.xlsx

The same numbers in every format; percentages are truncated. A frozen issue is drawn again from what was frozen, byte
for byte.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from commands import report_changes, report_costs, report_peaks, report_sending
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from commands.report_files import bank_of, maker, written_whole
from dashboard.reporting.making import FORMATS, KINDS, LANGUAGES, drawn, file_name, frozen, frozen_now, report
from reports.availability.errors import AvailabilityReportError
from reports.availability.explaining import explain, figures
from reports.availability.model import Report
from reports.availability.period import Period, days, month, quarter, year
from reports.issues.approving import approve
from reports.issues.errors import IssueError
from reports.issues.keeping import listed
from reports.issues.model import STEPS, Issue
from reports.paper.errors import PaperError
from store.errors import StoreError
from store.opening import open_store
from store.port import Store

ACTIONS = {
    "availability": "verdict, products, trend, incidents, budget, data quality of a period",
    "incidents": "the incidents of a period: list, MTTD, MTTA, MTTR",
    "costs": "what an account costs in IT and why, in a month",
    "peaks": "daily peaks and records, the forecast, the capacity that carries it",
    "explain": "where a figure comes from; --list prints the id of every figure",
    "issues": "frozen issues, newest first, and who signed them",
    "approve": "signs a frozen issue: prepared, reviewed, approved",
    "change": "records what somebody changed in the bank's systems; reports of that time list it",
    "send": "sends what is due, or one delivery now, or to a file",
}
Restated = tuple[tuple[str, str, str], ...]
PRINTING = {"costs": report_costs.report, "peaks": report_peaks.report}
WRITING = ("approve", "change", "send")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, text in ACTIONS.items():
        add_configuration(actions.add_parser(name, help=text, description=text))
    for name in KINDS:
        _add_report(actions.choices[name])
    explaining = actions.choices["explain"]
    explaining.add_argument(
        "figure", nargs="?", metavar="FIGURE", help="as tables name it: product/weilidai/availability"
    )
    explaining.add_argument("--list", action="store_true", help="prints the id of every figure of the report")
    explaining.add_argument("--json", action="store_true", help="the explanation as JSON, with every row")
    _add_period(explaining)
    actions.choices["issues"].add_argument("--json", action="store_true", help="the document that scripts rely on")
    approving = actions.choices["approve"]
    approving.add_argument("id", metavar="ID", help="as issues prints it")
    approving.add_argument("--step", choices=STEPS, required=True, help="what is signed; each by another person")
    approving.add_argument("--by", required=True, metavar="NAME", help="who signs")
    approving.add_argument("--note", default="", help="what is said with it")
    report_changes.configure(actions.choices["change"])
    report_costs.configure(actions.choices["costs"])
    report_peaks.configure(actions.choices["peaks"])
    report_sending.configure(actions.choices["send"])


def _add_report(parser: argparse.ArgumentParser) -> None:
    _add_period(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: what -o ends with, else json")
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="language on paper (default: zh)")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
    parser.add_argument("--freeze", action="store_true", help="keeps it as an issue that never changes; needs --by")
    parser.add_argument("--by", metavar="NAME", default="", help="who freezes")


def _add_period(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--quarter", metavar="YYYY-Qn")
    parser.add_argument("--year", metavar="YYYY")
    parser.add_argument("--from", dest="begin", metavar="YYYY-MM-DD", help="first day of a range of days")
    parser.add_argument("--to", dest="end", metavar="YYYY-MM-DD", help="day after its last")
    parser.add_argument("--products", metavar="ID,ID", default="", help="only these (default: all)")
    parser.add_argument("--issue", metavar="ID", help="a frozen issue instead of a period")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError(f"report: which one? {', '.join(ACTIONS)}; python app.py report --help")
    chosen = configuration(args)
    writing = args.action in WRITING or getattr(args, "freeze", False)
    if getattr(args, "freeze", False) and not args.by.strip():
        raise CommandError("report: --freeze needs --by NAME: an issue says who froze it")
    with refusing(StoreError, AvailabilityReportError, IssueError, PaperError, OSError):
        store = open_store(chosen.store, chosen.catalog.zone, read_only=not writing, upgrade=writing)
        try:
            return _run(args, chosen, store)
        finally:
            store.close()


def _run(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    if args.action == "issues":
        return _issues(args, store)
    if args.action == "approve":
        return _approve(args, store)
    if args.action == "change":
        return report_changes.change(args, chosen, store)
    if args.action == "send":
        return report_sending.send(args, chosen, store, maker(chosen, store))
    if args.action in PRINTING:
        return PRINTING[args.action](args, chosen, store, _format(args))
    return (_explain if args.action == "explain" else _report)(args, chosen, store)


def _made(
    args: argparse.Namespace, chosen: Configuration, store: Store
) -> tuple[Report, tuple[tuple[str, str, str], ...]]:
    """The report that the options name, and what an issue restates."""
    with store.reading() as reader:
        if args.issue:
            _refuse_both(args)
            return frozen(reader.journal(), args.issue)
        kind = args.action if args.action in KINDS else KINDS[0]
        made = report(
            reader, bank_of(chosen), _period(args, chosen.catalog.zone), _now_ms(), kind=kind, products=_products(args)
        )
    return made, ()


def _report(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    format_ = _format(args)
    made, restatements = _made(args, chosen, store)
    issue_id = args.issue or ""
    if args.freeze:
        issue = _freeze(args, made, store)
        issue_id = issue.id
        with store.reading() as reader:
            made, restatements = frozen(reader.journal(), issue_id)
    content = drawn(made, format_, args.lang, restatements)
    if args.file is None:
        if args.freeze and args.format is None:
            return 0
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    target = args.file / file_name(made, format_, args.lang, issue_id) if args.file.is_dir() else args.file
    written_whole(target, content)
    print(f"{target}: {len(content):,} bytes, {made.bank.verdict}")
    return 0


def _freeze(args: argparse.Namespace, made: Report, store: Store) -> Issue:
    if args.issue:
        raise CommandError(f"report: --issue {args.issue}: is frozen already; --freeze takes a period")
    with store.reading() as reader:
        change, issue = frozen_now(made, _products(args), reader.journal(), _now_ms(), args.by)
    if not change.documents:
        print(f"{issue.id}: says the same already (sha256 {issue.digest})", file=sys.stderr)
        return issue
    store.write(change)
    more = f", {issue.differences:,} differences from {issue.previous_id}" if issue.previous_id else ""
    provisional = "; provisional, the period is not over" if made.period.provisional else ""
    print(f"{issue.id}: frozen (sha256 {issue.digest}){more}{provisional}", file=sys.stderr)
    return issue


def _explain(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    made, _ = _made(args, chosen, store)
    if args.list:
        print("\n".join(figures(made)))
        return 0
    if not args.figure:
        raise CommandError("report explain: name a figure, for example bank/availability; --list prints every id")
    found = explain(made, args.figure)
    if args.json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return 0
    lines = [f"{found.figure} = {'not known' if found.value is None else found.value}", f"  {found.formula}"]
    lines += [f"  {name} = {'not known' if value is None else value}" for name, value in found.inputs.items()]
    if found.rows:
        lines.append(
            f"counted from {len(found.rows):,} rows: " + ", ".join(f"{k} {v:,}" for k, v in found.counted.items())
        )
        lines.append("  " + ",".join(found.columns))
        lines += ["  " + ",".join("" if cell is None else str(cell) for cell in row) for row in found.rows]
    print("\n".join(lines))
    return 0


def _issues(args: argparse.Namespace, store: Store) -> int:
    with store.reading() as reader:
        found = listed(reader.journal())
    if args.json:
        print(json.dumps([{**asdict(each), "state": each.state} for each in found], ensure_ascii=False, indent=2))
        return 0
    for each in found:
        signed = ", ".join(f"{a.step} by {a.actor}" for a in each.approvals) or "not signed"
        print(f"{each.id}  {each.state}  sha256 {each.digest[:16]}  frozen by {each.frozen_by}  {signed}")
    if not found:
        print("no issue is frozen yet; python app.py report availability --month YYYY-MM --freeze --by NAME")
    return 0


def _approve(args: argparse.Namespace, store: Store) -> int:
    with store.reading() as reader:
        change, issue = approve(reader.journal(), args.id, args.step, _now_ms(), args.by, note=args.note)
    store.write(change)
    print(f"{issue.id}: {issue.state} by {args.by}")
    return 0


def _period(args: argparse.Namespace, zone: str) -> Period:
    named = [(name, getattr(args, name)) for name in ("month", "quarter", "year") if getattr(args, name)]
    if args.begin or args.end:
        named.append(("range", args.begin))
    if len(named) != 1:
        raise CommandError(
            "report: name one period: --month 2026-10, --quarter 2026-Q4, --year 2026, or --from and --to"
        )
    if named[0][0] == "range":
        if not (args.begin and args.end):
            raise CommandError("report: --from and --to go together: --from 2026-10-01 --to 2026-11-01")
        return days(args.begin, args.end, zone)
    return {"month": month, "quarter": quarter, "year": year}[named[0][0]](named[0][1], zone)


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
