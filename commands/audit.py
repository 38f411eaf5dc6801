"""Who did what: the audit log, and whether it is whole.

  list              newest first; by who, what, which and when
  show NUMBER       one row, its detail and its digest
  export            all of it, or what is asked for, as JSON lines or CSV
  verify            follows the chain of digests from the first row on; prints the head

first steps:
  python app.py audit list --action alert. --from 2026-11-21
  python app.py audit verify                                  every week; write the head down elsewhere
  python app.py audit verify --head 1204:5f0c...              is it still what was written down?
  python app.py audit export -o audit.jsonl && python app.py audit verify --file audit.jsonl

Exit code 0: whole, 1: the chain is broken (the first bad row is named), 2: it could not be looked at. Families of
actions end with a dot: alert., silence., login. docs/audit.md says what is written and what this proves.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.backfill import instant_ms
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from reports.audit.errors import AuditFileError
from reports.audit.files import FORMATS, read_json_lines, row_json
from store.audit import AuditFilter, AuditRow, Head
from store.audit_chain import Verified, stored_rows, verify
from store.audit_witness import HEAD_FILE, Witness
from store.errors import BadHead, StoreError
from store.opening import open_store
from store.port import Store

MOST = 100
BROKEN = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (_, text) in _ACTIONS.items():
        add_configuration(actions.add_parser(name, help=text, description=text))
    listing, showing, export, verifying = (actions.choices[name] for name in _ACTIONS)
    for action in (listing, export):
        _add_filters(action)
    for action in (listing, verifying):
        action.add_argument("--json", action="store_true", help="the document that scripts rely on")
    listing.add_argument("--most", type=int, default=MOST, help=f"at most so many (default: {MOST})")
    listing.add_argument("--before", type=int, metavar="NUMBER", help="only rows before this one: the next page")
    showing.add_argument("number", type=int, metavar="NUMBER", help="as list prints it")
    export.add_argument("--format", choices=FORMATS, help="default: what -o ends with, else jsonl")
    export.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")
    verifying.add_argument(
        "--head", action="append", default=[], metavar="NUMBER:DIGEST", help="a head that was written down; repeatable"
    )
    verifying.add_argument("--file", type=Path, metavar="FILE", help="a whole export (jsonl) instead of the store")


def _add_filters(action: argparse.ArgumentParser) -> None:
    action.add_argument("--actor", default="", metavar="NAME", help="who")
    action.add_argument("--action", dest="did", default="", metavar="WORD", help="what; a family ends with a dot")
    action.add_argument("--subject", default="", metavar="ID", help="to what")
    action.add_argument("--from", dest="begin", help="RFC 3339 instant, or a local date: its midnight")
    action.add_argument("--to", dest="end", help="the same; this instant is not part of the range")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError(f"audit: which one? {', '.join(_ACTIONS)}; python app.py audit --help")
    with refusing(StoreError, AuditFileError, OSError, UnicodeDecodeError):
        return _ACTIONS[args.action][0](args, configuration(args))


@contextmanager
def _store(chosen: Configuration) -> Iterator[Store]:
    store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _asked(args: argparse.Namespace, zone: str) -> AuditFilter:
    from_ms = None if args.begin is None else instant_ms("--from", args.begin, zone)
    to_ms = None if args.end is None else instant_ms("--to", args.end, zone)
    return AuditFilter(args.actor, args.did, args.subject, from_ms, to_ms)


def _list(args: argparse.Namespace, chosen: Configuration) -> int:
    if args.most < 1:
        raise CommandError(f"--most {args.most}: at least 1")
    asked = _asked(args, chosen.catalog.zone)
    with _store(chosen) as store, store.reading() as reader:
        rows = reader.audit().rows(asked, before=args.before, most=args.most, newest_first=True)
    if args.json:
        print(json.dumps({"rows": [row_json(row) for row in rows]}, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        print(_line(row, chosen.catalog.zone))
    if not rows:
        print("no row of the audit log is like this")
    return 0


def _show(args: argparse.Namespace, chosen: Configuration) -> int:
    with _store(chosen) as store, store.reading() as reader:
        rows = reader.audit().rows(after=args.number - 1, before=args.number + 1)
    if not rows:
        raise CommandError(f"audit show {args.number}: there is no such row; python app.py audit list prints numbers")
    print(json.dumps(row_json(rows[0]), ensure_ascii=False, indent=1))
    return 0


def _export(args: argparse.Namespace, chosen: Configuration) -> int:
    asked, form = _asked(args, chosen.catalog.zone), FORMATS[_format(args)]
    with _store(chosen) as store:
        lines = form(stored_rows(store, asked=asked))
        if args.file is None:
            sys.stdout.writelines(lines)
            return 0
        with args.file.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    print(f"{args.file}: {args.file.stat().st_size:,} bytes")
    return 0


def _format(args: argparse.Namespace) -> str:
    if args.format or args.file is None:
        return args.format or "jsonl"
    ending = args.file.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise CommandError(f"audit export: -o {args.file}: say --format or let the name end in .{', .'.join(FORMATS)}")
    return str(ending)


def _verify(args: argparse.Namespace, chosen: Configuration) -> int:
    heads = [_head(text) for text in args.head]
    if args.file is not None:
        with args.file.open(encoding="utf-8", newline="\n") as file:
            found = verify(read_json_lines(file), heads)
        where = str(args.file)
    else:
        with _store(chosen) as store:
            found = Witness(chosen.data).verify(store, *heads)
        where = f"{chosen.data / HEAD_FILE} and {len(heads)} heads" if heads else str(chosen.data / HEAD_FILE)
    print(json.dumps(_document(found)) if args.json else _told(found, where))
    return 0 if found.is_whole else BROKEN


def _head(text: str) -> Head:
    with refusing(BadHead):
        return Head.parse(text)


def _document(found: Verified) -> dict[str, object]:
    broken = found.broken
    return {
        "whole": found.is_whole,
        "rows": found.rows,
        "head": found.head.text(),
        "broken": None if broken is None else {"number": broken.number, "what": broken.what},
    }


def _told(found: Verified, where: str) -> str:
    if found.broken is not None:
        return f"BROKEN at {found.broken}\nwhole up to {found.head.text()}"
    return f"whole: {found.rows:,} rows, compared with {where}\nhead {found.head.text()}"


def _line(row: AuditRow, zone: str) -> str:
    number, act, _ = row
    at = datetime.fromtimestamp(act.at_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    words = (str(number), at, act.actor, act.action, act.subject or "-", act.detail)
    return "  ".join(_printable(word) for word in words)


def _printable(text: str) -> str:
    """Names and notes come from people: a terminal obeys what it is told."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


_Action = Callable[[argparse.Namespace, Configuration], int]
_ACTIONS: dict[str, tuple[_Action, str]] = {
    "list": (_list, "who did what, newest first"),
    "show": (_show, "one row, its detail and its digest"),
    "export": (_export, "all rows, or those that are asked for, as JSON lines or CSV"),
    "verify": (_verify, "follows the chain of digests; exit code 1 when it is broken"),
}
