"""Tokens of scripts (Authorization: Bearer TOKEN) and of screens on a wall (/?kiosk=1&token=TOKEN).

  add NAME --role ROLE[,ROLE...]    makes one and prints it, this once: only a digest of it is kept
      --rights RIGHT[,RIGHT...]     of these alone, of what the roles allow
      --expires 90d                 days or hours; never is for kiosks, which have it unless said otherwise
      --kiosk                       for a wall: looks and does nothing else; role viewer
  list                              names, rights, ends, last uses (coarse: an hour); never a token
  revoke NAME                       opens nothing any more, on every replica, within 5 s

Roles: viewer, on-call, manager, performance, admin. Rights: see, see-costs, see-reports, respond, report, measure,
administer (docs/access.md).

first steps:
  python app.py tokens add ci --role performance --rights measure --expires 30d > ci.token
  python app.py tokens add hall --kiosk
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from access import tokens
from access.errors import AccessError
from access.rights import Right, Role, RolePolicy
from access.tokens import DAY_MS, Token, Wanted, listed, new_secret
from commands.auditing import actor
from commands.changing import write_planned
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from store.errors import StoreError
from store.opening import open_store
from store.port import Store

ACTIONS = {
    "add": "makes one and prints it, this once",
    "list": "names, rights, ends, last uses; never a token",
    "revoke": "opens nothing any more",
}
USUAL = "90d"
NEVER = "never"
LONGEST_DAYS = 366
HOURS = {"h": 1, "d": 24}
_LASTING = re.compile(r"([1-9][0-9]{0,4})([hd])", re.ASCII)
Word = TypeVar("Word", bound=StrEnum)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    made = {name: actions.add_parser(name, help=text, description=text) for name, text in ACTIONS.items()}
    for each in made.values():
        add_configuration(each)
    for name in ("add", "revoke"):
        made[name].add_argument("name", metavar="NAME", help="as it stands in the audit log; Ci and ci are the same")
    made["add"].add_argument("--role", metavar="ROLES", help=f"with commas between: {', '.join(Role)}")
    made["add"].add_argument("--rights", metavar="RIGHTS", help=f"of these alone: {', '.join(Right)}")
    made["add"].add_argument("--expires", metavar="TIME", help=f"90d, 12h or {NEVER} (default: {USUAL})")
    made["add"].add_argument("--kiosk", action="store_true", help="for a screen on a wall: only looks")
    made["list"].add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError(f"tokens: which one? {', '.join(ACTIONS)}; python app.py tokens --help")
    chosen = configuration(args)
    wanted = _wanted(args) if args.action == "add" else None
    looking = args.action == "list"
    with refusing(StoreError, AccessError, OSError):
        if not looking:
            chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, read_only=looking, upgrade=not looking)
        try:
            if wanted is not None:
                return _add(store, chosen, wanted)
            return (
                _list(store, chosen.settings.access.policy(), as_json=args.json)
                if looking
                else _revoke(store, args.name)
            )
        finally:
            store.close()


def _add(store: Store, chosen: Configuration, wanted: Wanted) -> int:
    secret, now_ms, policy, by = new_secret(), _now_ms(), chosen.settings.access.policy(), actor()
    write_planned(
        store, lambda journal: tokens.add(journal, wanted, secret, now_ms=now_ms, by=by, policy=policy), wanted.name
    )
    print(secret, flush=True)
    how = f"open /?kiosk=1&token={secret[:4]}..." if wanted.kiosk else "send it as Authorization: Bearer TOKEN"
    print(f"{wanted.name}: kept as a digest alone, so nobody can show it again; {how}", file=sys.stderr)
    if not chosen.settings.access.enabled:
        print("nobody is asked who he is yet: access.ways in control-center.yaml is empty", file=sys.stderr)
    return 0


def _revoke(store: Store, name: str) -> int:
    now_ms, by = _now_ms(), actor()
    write_planned(store, lambda journal: tokens.revoke(journal, name, now_ms, by), name)
    print(f"{name}: revoked; it opens nothing any more within 5 s")
    return 0


def _list(store: Store, policy: RolePolicy, *, as_json: bool) -> int:
    with store.reading() as reader:
        found = listed(reader.journal())
    now_ms = _now_ms()
    if as_json:
        print(json.dumps([_shown(each, policy, now_ms) for each in found], indent=2, ensure_ascii=False))
        return 0
    for each in found:
        rights = ", ".join(sorted(each.allows(policy))) or "-"
        kind = "kiosk" if each.kiosk else "token"
        ends = f"until {_utc(each.expires_ms) or NEVER}{'' if each.holds(now_ms) else ' (over)'}"
        print(f"{each.name}  {kind}  {rights}  {ends}  used {_utc(each.used_ms) or NEVER}")
    return 0


def _shown(token: Token, policy: RolePolicy, now_ms: int) -> dict[str, object]:
    return {
        "name": token.name,
        "kiosk": token.kiosk,
        "roles": sorted(token.roles),
        "rights": sorted(token.allows(policy)),
        "made": _utc(token.made_ms),
        "by": token.by,
        "expires": _utc(token.expires_ms),
        "holds": token.holds(now_ms),
        "used": _utc(token.used_ms),
    }


def _wanted(args: argparse.Namespace) -> Wanted:
    roles = _words("--role", args.role or (Role.VIEWER if args.kiosk else ""), Role)
    rights = None if args.rights is None else _words("--rights", args.rights, Right)
    if args.kiosk and (roles != {Role.VIEWER} or rights not in (None, {Right.SEE})):
        raise CommandError("--kiosk: only looks; leave --role and --rights out, or make a token for a script")
    return Wanted(args.name, roles, rights, _lasts_ms(args.expires, kiosk=args.kiosk), args.kiosk)


def _words(option: str, text: str, kind: type[Word]) -> frozenset[Word]:
    known: dict[str, Word] = {word.value: word for word in kind}
    wanted = [each.strip() for each in text.split(",") if each.strip()]
    strangers = [each for each in wanted if each not in known]
    if strangers or not wanted:
        found = repr(strangers[0]) if strangers else "none given"
        raise CommandError(f"{option}: {found}; write some of {', '.join(known)} with commas between")
    return frozenset(known[each] for each in wanted)


def _lasts_ms(text: str | None, *, kiosk: bool) -> int | None:
    said = text or (NEVER if kiosk else USUAL)
    if said == NEVER:
        if kiosk:
            return None
        raise CommandError(f"--expires: {NEVER} is for --kiosk; a script's token lasts at most {LONGEST_DAYS}d")
    found = _LASTING.fullmatch(said)
    hours = int(found[1]) * HOURS[found[2]] if found else 0
    if not 0 < hours <= LONGEST_DAYS * 24:
        raise CommandError(f"--expires: {said!r}; write 1h to {LONGEST_DAYS}d, for example 90d")
    return hours * DAY_MS // 24


def _utc(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
