"""`costs show|bridge|what-if|export`: what an account costs and why, for a terminal and for scripts."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from commands.report_files import cost_policy
from commands.version import VERSION
from commands.written import written_whole
from dashboard.reporting.costs import cost_report
from reports.availability.errors import AvailabilityReportError
from reports.availability.period import Period, month
from reports.costs.errors import CostReportError, NotComparable
from reports.costs.figuring import between, reasons_of
from reports.costs.focus import VERSIONS, focus_csv
from reports.costs.gathering import Desk, gather
from reports.costs.material import Figures, figures_of
from reports.costs.model import CostReport, Effects, Figure, document
from reports.costs.supposing import Supposed, change_of, suppose
from slo.errors import SloError
from slo.windows import Window, closed_months, day_of
from store.errors import StoreError
from store.opening import open_store
from store.port import Reader

ACTIONS = {
    "show": "what an account costs, in a month and in a year",
    "bridge": "why the cost of an account moved between two months",
    "what-if": "other accounts, data centers, prices of servers",
    "export": "the bank's own allocation as FOCUS",
}
_PERCENT = re.compile(r"([+-]?\d{1,6}(?:\.\d{1,4})?) ?%?")
_NEGATIVE = re.compile(r"^-\d+(\.\d+)?%?$")
_WHOLE = re.compile(r"[+-]?\d{1,4}")


def configure(name: str, parser: argparse.ArgumentParser) -> None:
    """Declares the options of one action."""
    add_configuration(parser)
    if name in ("bridge", "export"):
        needed = name == "bridge"
        parser.add_argument("--from", dest="begin", metavar="YYYY-MM", required=needed, help="first month")
        parser.add_argument("--to", dest="end", metavar="YYYY-MM", required=needed, help="last month")
    if name != "bridge":
        parser.add_argument("--month", metavar="YYYY-MM", help="default: the last closed month")
    if name == "what-if":
        parser.add_argument("--accounts", default="0", metavar="+10%", help="more or fewer accounts, in per cent")
        parser.add_argument("--data-centers", default="0", metavar="+1", help="so many more or fewer")
        parser.add_argument("--servers", default="0", metavar="-10%", help="price of servers, in per cent")
        # argparse takes "-10%" for an option unless it looks like a negative number.
        parser._negative_number_matcher = _NEGATIVE
    if name == "export":
        parser.add_argument("--focus", choices=VERSIONS, default=VERSIONS[-1], help="version (default: 1.4)")
        parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
        return
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    chosen = configuration(args)
    expected = (StoreError, AvailabilityReportError, CostReportError, SloError, OSError)
    with refusing(*expected), _reading(chosen) as reader:
        if args.action == "show":
            return _show(args, reader, chosen)
        if args.action == "bridge":
            return _bridge(args, reader, chosen)
        if args.action == "what-if":
            return _what_if(args, reader, chosen)
        return _export(args, reader, chosen)


def desk_of(chosen: Configuration) -> Desk:
    """What every cost report of a configuration has in common. Raises CommandError."""
    return Desk(chosen.catalog, cost_policy(chosen), VERSION, chosen.settings.demo)


@contextmanager
def _reading(chosen: Configuration) -> Iterator[Reader]:
    store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
    try:
        with store.reading() as reader:
            yield reader
    finally:
        store.close()


def _now_s() -> int:
    return int(time.time())


def _month(text: str | None, zone: str) -> Period:
    if text:
        return month(text, zone)
    last = day_of(closed_months(_now_s(), 1, zone).from_s, zone)
    return month(f"{last:%Y-%m}", zone)


def _show(args: argparse.Namespace, reader: Reader, chosen: Configuration) -> int:
    made = cost_report(reader, desk_of(chosen), _month(args.month, chosen.catalog.zone), _now_s())
    if args.json:
        body = document(made)
        del body["rows"]
        _print_json(body)
        return 0
    print("\n".join(show_lines(made)))
    return 0


def show_lines(made: CostReport) -> list[str]:
    """A report for a terminal."""
    goal = f"target {made.goal.target_cny}: {made.goal.verdict}" if made.goal.target_cny else "no target"
    marks = " DEMO" * made.demo + " provisional" * made.period.provisional
    lines = [
        f"IT costs {made.period.key}{marks}",
        _line("per account and year", made.headline, goal),
        _line("cash view", made.cash),
        _line("run-rate, 30 days", made.run_rate),
        _line("per 1,000 transactions", made.per_1000_transactions),
        _line("per loan", made.per_loan),
        _line("marginal, per account more", made.marginal),
    ]
    parts = made.allocation
    lines.append(
        f"ledger {_money(parts.ledger_fen)} = direct {_money(parts.direct_fen)} + shared {_money(parts.shared_fen)}"
        f" + idle {_money(parts.idle_fen)} + unallocated {_money(parts.unallocated_fen)}"
    )
    lines += [
        f"  {e.id:<14} {_money(e.parts.ledger_fen):>18}  {e.share or '-':>6} %  {e.origin}" for e in made.categories
    ]
    lines += [f"method     {each}" for each in made.methods]
    lines += [
        f"not borne  {e.category}: {_money(e.fen)} ({e.reason} {e.driver})".replace(" )", ")") for e in made.not_borne
    ]
    lines += [f"left out   {e.month} {e.category}: {_money(e.fen)}; {e.counted} count" for e in made.left_out]
    lines += [
        f"unusual    {e.category} {e.product}: {_money(e.fen)}, usually {_money(e.median_fen)}" for e in made.unusual
    ]
    lines += [
        f"invoice    {e.account} {e.period} {e.currency}: {e.total}, billed {e.billed}: "
        + ("agrees" if e.agrees else f"differs by {e.difference}")
        for e in made.invoices
    ]
    return [*lines, *(f"peers      {e.names['en']}: {e.cny} CNY, accounts: {e.accounts}" for e in made.peers)]


def _line(name: str, figure: Figure, more: str = "") -> str:
    if figure.cny is None:
        return f"{name:<27} not known: {'; '.join(figure.reasons[:3])}"
    of = f"{figure.count or 0:,} {figure.of} ({figure.basis}, {figure.first} to {figure.after})"
    said = f"{_money(figure.fen or 0)} / {of}"
    return f"{name:<27} {figure.cny} CNY  {said}" + (f"  {more}" if more else "")


def _money(fen: int) -> str:
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def _bridge(args: argparse.Namespace, reader: Reader, chosen: Configuration) -> int:
    zone, desk = chosen.catalog.zone, desk_of(chosen)
    first, last = (_figures(reader, desk, month(key, zone)) for key in (args.begin, args.end))
    names = {each.id: each.names for each in chosen.catalog.products}
    found = between(first, last, names)
    if found is None:
        unknown = first if first.period is None else last
        why = "; ".join(reasons_of([unknown])) or "nobody has an account"
        raise NotComparable(unknown.month.key, why)
    if args.json:
        _print_json(asdict(found))
        return 0
    print(f"{found.from_month}  {found.before} CNY per account and year")
    print(f"{found.to_month}  {found.after} CNY per account and year")
    print(_effects(found.bank, "all products"))
    print("\n".join(_effects(each, each.id or "no product") for each in found.products))
    return 0


def _effects(each: Effects, name: str) -> str:
    return f"  {name:<18} cost {each.cost:>11}  volume {each.volume:>11}  mix {each.mix:>11}  together {each.total:>11}"


def _figures(reader: Reader, desk: Desk, period: Period) -> Figures:
    found = figures_of(reader, desk.policy, [(period.key, period.window)], _now_s(), desk.catalog.zone)
    if not found:
        raise NotComparable(period.key, "it has not begun")
    return found[0]


def _what_if(args: argparse.Namespace, reader: Reader, chosen: Configuration) -> int:
    desk = desk_of(chosen)
    material = gather(reader, desk, _month(args.month, chosen.catalog.zone), _now_s())
    change = change_of(
        _percent("--accounts", args.accounts),
        _whole("--data-centers", args.data_centers),
        _percent("--servers", args.servers),
        len(chosen.catalog.data_centers),
    )
    found = suppose(material, change)
    if args.json:
        _print_json(asdict(found))
    else:
        print("\n".join(_supposed_lines(found)))
    return 0 if found.after_cny is not None else 1


def _supposed_lines(found: Supposed) -> list[str]:
    if found.after_cny is None or found.before_fen is None or found.after_fen is None:
        return ["not known: neither the last twelve closed months nor the month are; costs show says why"]
    base = "the last twelve closed months" if found.base == "year" else "the month, drawn out to a year"
    lines = [
        f"of {base}: {found.before_cny} -> {found.after_cny} CNY per account and year",
        f"cost {_money(found.before_fen)} -> {_money(found.after_fen)}",
        f"accounts {found.accounts_before:,} -> {found.accounts_after:,}",
    ]
    return lines + [
        f"  {e.category:<14} {_money(e.before_fen):>18} -> {_money(e.after_fen):>18}" for e in found.categories
    ]


def _percent(option: str, text: str) -> Fraction:
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise CommandError(f"costs what-if: {option} {text!r}: write per cent, such as +10% or -2.5%")
    return Fraction(found[1])


def _whole(option: str, text: str) -> int:
    if _WHOLE.fullmatch(text.strip()) is None:
        raise CommandError(f"costs what-if: {option} {text!r}: write a whole number, such as +1 or -1")
    return int(text)


def _export(args: argparse.Namespace, reader: Reader, chosen: Configuration) -> int:
    desk, zone = desk_of(chosen), chosen.catalog.zone
    if args.month and (args.begin or args.end):
        raise CommandError("costs export: --month, or --from and --to, not both")
    if bool(args.begin) != bool(args.end):
        raise CommandError("costs export: --from and --to go together: --from 2026-08 --to 2026-10")
    first = _month(args.begin or args.month, zone)
    last = month(args.end, zone) if args.end else first
    months = figures_of(reader, desk.policy, _range(first, last, zone), _now_s(), zone)
    content = focus_csv(months, desk.catalog, desk.policy)
    if args.file is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    written_whole(args.file, content)
    rows = content.count(b"\n") - 1
    print(f"{args.file}: {rows:,} rows, FOCUS {args.focus}, {first.key} to {last.key}")
    return 0


MOST_MONTHS = 120


def _range(first: Period, last: Period, zone: str) -> list[tuple[str, Window]]:
    begin, end = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (first.key, last.key))
    if not 0 <= end - begin < MOST_MONTHS:
        raise CommandError(f"costs export: --to {last.key} must be from {first.key} on, at most {MOST_MONTHS} months")
    found = [month(f"{index // 12:04d}-{index % 12 + 1:02d}", zone) for index in range(begin, end + 1)]
    return [(each.key, each.window) for each in found]


def _print_json(body: object) -> None:
    print(json.dumps(body, indent=2, ensure_ascii=False))
