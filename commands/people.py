"""People who log in here with a name and a password: who they are, and what they may do.

  add NAME --roles ROLE[,ROLE...]   makes somebody known; asks for the password
  list                              everybody: roles, whether disabled; never a password
  roles NAME ROLE[,ROLE...]         other roles; they hold within seconds
  password NAME                     another password; ends all sessions
  disable NAME, enable NAME         lets somebody in no more, or again; disabling ends all sessions
  remove NAME                       forgets somebody; what was done under the name stays in the record

Roles: viewer, on-call, manager, performance, admin (docs/access.md). A password is asked for, or read from
--password-file FILE or from standard input (--password-stdin): it never stands on the command line.

first steps:
  python app.py people add li --roles admin
  then in control-center.yaml:  access: {ways: [password]}
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from access import people
from access.errors import AccessError
from access.passwords import LONGEST, Passwords
from access.people import Person, listed, name_of
from access.rights import Role
from commands.auditing import actor
from commands.changing import write_planned
from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from store.errors import StoreError
from store.journal import Change, JournalReader
from store.opening import open_store
from store.port import Store

ACTIONS = {
    "add": "makes somebody known",
    "list": "everybody, with roles",
    "roles": "other roles",
    "password": "another password; ends all sessions",
    "disable": "lets somebody in no more; ends all sessions",
    "enable": "lets somebody in again",
    "remove": "forgets somebody",
}
WITH_PASSWORD = ("add", "password")
MOST_FILE_BYTES = 4096


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, text in ACTIONS.items():
        made = actions.add_parser(name, help=text, description=text)
        add_configuration(made)
        if name != "list":
            made.add_argument("name", metavar="NAME", help="as somebody logs in; Li and li are the same")
        if name in WITH_PASSWORD:
            source = made.add_mutually_exclusive_group()
            source.add_argument("--password-file", type=Path, metavar="FILE", help="first line is the password")
            source.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    roles = f"with commas between: {', '.join(Role)}"
    actions.choices["add"].add_argument("--roles", required=True, metavar="ROLES", help=roles)
    actions.choices["roles"].add_argument("roles", metavar="ROLES", help=roles)
    actions.choices["list"].add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError(f"people: which one? {', '.join(ACTIONS)}; python app.py people --help")
    chosen = configuration(args)
    roles = _roles(args.roles) if args.action in ("add", "roles") else frozenset()
    looking = args.action == "list"
    with refusing(StoreError, AccessError, OSError):
        kept = _hashed(args) if args.action in WITH_PASSWORD else ""
        if not looking:
            chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, read_only=looking, upgrade=not looking)
        try:
            return _list(store, as_json=args.json) if looking else _change(store, args, roles, kept)
        finally:
            store.close()


def _change(store: Store, args: argparse.Namespace, roles: frozenset[Role], kept: str) -> int:
    write_planned(store, _plan(args, roles, kept), args.name)
    print(f"{args.name}: {ACTIONS[args.action]}: done")
    return 0


def _plan(args: argparse.Namespace, roles: frozenset[Role], kept: str) -> Callable[[JournalReader], Change]:
    name, now_ms, by = args.name, time.time_ns() // 1_000_000, actor()
    plans: dict[str, Callable[[JournalReader], Change]] = {
        "add": lambda journal: people.add(journal, name, roles, kept, now_ms=now_ms, by=by),
        "roles": lambda journal: people.give_roles(journal, name, roles, now_ms, by),
        "password": lambda journal: people.give_password(journal, name, kept, now_ms, by),
        "disable": lambda journal: people.disable(journal, name, now_ms, by),
        "enable": lambda journal: people.enable(journal, name, now_ms, by),
        "remove": lambda journal: people.remove(journal, name, now_ms, by),
    }
    return plans[args.action]


def _roles(text: str) -> frozenset[Role]:
    known = {role.value: role for role in Role}
    wanted = [each.strip() for each in text.split(",") if each.strip()]
    strangers = [each for each in wanted if each not in known]
    if strangers or not wanted:
        found = repr(strangers[0]) if strangers else "none given"
        raise CommandError(f"roles: {found}; write some of {', '.join(known)} with commas between")
    return frozenset(known[each] for each in wanted)


def _hashed(args: argparse.Namespace) -> str:
    """The hash of the password that was given. Raises BadName, BadPassword, CommandError."""
    name = name_of(args.name)
    return Passwords().hashed(name, _password(args))


def _password(args: argparse.Namespace) -> str:
    if args.password_stdin:
        return _first_line(sys.stdin.readline(MOST_FILE_BYTES), "standard input")
    if args.password_file is not None:
        with args.password_file.open(encoding="utf-8", errors="replace") as file:
            return _first_line(file.readline(MOST_FILE_BYTES), str(args.password_file))
    if not sys.stdin.isatty():
        raise CommandError("nobody can be asked for a password here; give --password-stdin or --password-file FILE")
    first = getpass.getpass(f"password of {args.name}: ")
    if first != getpass.getpass("again: "):
        raise CommandError("the two passwords differ; try again")
    return first


def _first_line(text: str, where: str) -> str:
    line = text.removesuffix("\n").removesuffix("\r")
    if not line:
        raise CommandError(f"{where}: holds no password in its first line")
    return line[: LONGEST + 1]


def _list(store: Store, *, as_json: bool) -> int:
    with store.reading() as reader:
        found = listed(reader.journal())
    if as_json:
        print(json.dumps([_shown(each) for each in found], indent=2, ensure_ascii=False))
        return 0
    for each in found:
        print(f"{each.name}  {', '.join(sorted(each.roles)) or '-'}{'  disabled' if each.disabled else ''}")
    return 0


def _shown(person: Person) -> dict[str, object]:
    return {"name": person.name, "roles": sorted(person.roles), "disabled": person.disabled}
