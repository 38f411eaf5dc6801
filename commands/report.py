"""Reports: availability, incidents, costs and peaks of a period, in every format, frozen, explained, sent.

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
  python app.py report explain headline --kind costs --month 2026-10
  python app.py report availability --issue availability-2026-10-r1 --format xlsx -o october.xlsx

The same numbers in every format; percentages are truncated. A frozen issue is drawn again from what was frozen, byte
for byte.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from commands import report_changes, report_making, report_sending
from commands.auditing import with_act
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from commands.report_files import maker
from dashboard.reporting.kinds import NAMES, REFUSED, kind_named
from reports.issues.approving import approve
from reports.issues.keeping import listed
from reports.issues.model import STEPS
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
WRITING = ("approve", "change", "send")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, text in ACTIONS.items():
        add_configuration(actions.add_parser(name, help=text, description=text))
    for name in NAMES:
        report_making.configure(actions.choices[name], name)
    explaining = actions.choices["explain"]
    explaining.add_argument(
        "figure", nargs="?", metavar="FIGURE", help="as tables name it: product/weilidai/availability"
    )
    explaining.add_argument("--list", action="store_true", help="prints the id of every figure of the report")
    explaining.add_argument("--json", action="store_true", help="the explanation as JSON, with every row")
    explaining.add_argument("--kind", choices=NAMES, default="", help=f"of a period's report (default: {NAMES[0]})")
    report_making.add_period(explaining)
    actions.choices["issues"].add_argument("--json", action="store_true", help="the document that scripts rely on")
    approving = actions.choices["approve"]
    approving.add_argument("id", metavar="ID", help="as issues prints it")
    approving.add_argument("--step", choices=STEPS, required=True, help="what is signed; each by another person")
    approving.add_argument("--by", required=True, metavar="NAME", help="who signs")
    approving.add_argument("--note", default="", help="what is said with it")
    report_changes.configure(actions.choices["change"])
    report_sending.configure(actions.choices["send"])


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError(f"report: which one? {', '.join(ACTIONS)}; python app.py report --help")
    chosen = configuration(args)
    writing = args.action in WRITING or getattr(args, "freeze", False)
    if getattr(args, "freeze", False) and not args.by.strip():
        raise CommandError("report: --freeze needs --by NAME: an issue says who froze it")
    if args.action != "change" and isinstance(chosen.store, Path) and not chosen.store.exists():
        writing = False  # a mistyped folder must not become a bank of nothing
    with refusing(StoreError, *REFUSED, OSError):
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
    return (_explain if args.action == "explain" else report_making.report)(args, chosen, store)


def _explain(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    made = report_making.made(args, chosen, store, args.kind).report
    kind = kind_named(made.kind)
    if args.list:
        print("\n".join(kind.figures(made)))
        return 0
    if not args.figure:
        raise CommandError("report explain: name a figure, for example bank/availability; --list prints every id")
    found = kind.explain(made, args.figure)
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
    store.write(with_act(change, "report.sign", issue.id, step=args.step, by=args.by, note=args.note or None))
    print(f"{issue.id}: {issue.state} by {args.by}")
    return 0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
