"""Lending Control Center: the command line and composition root.

`python app.py` starts the demo; `python app.py COMMAND --help` tells what each part does. Exit codes: 0 done,
1 the check said no, 2 bad input (one line says what, where and how to fix it).
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from commands.children import follow_parent
from commands.errors import CommandError
from commands.terminal import error_text, guard_terminal

COMMANDS = {
    "demo": "starts the reference estate, collectors and dashboard (what happens without a command)",
    "serve": "the dashboard and alerting, on an existing store",
    "alert": "alerting alone: evaluates, keeps incidents, notifies; a second one stands by",
    "collect": "the collectors alone",
    "lending": "the reference estate alone: six data centers, or one with --data-center",
    "balance": "HAProxy before the data centers, so that nobody notices when one is lost",
    "check": "validates configuration, store and reachability; names every error",
    "backfill": "reads a range of the past from Prometheus again: counts, gaps, completeness",
    "reconcile": "compares the store with the estate's truth, to the event",
    "verdict": "do so many requests with so many failures prove an availability?",
    "load-runs": "results of load runs: import, list, compare two, the token that lets a machine send them",
    "capacity": "proven capacity, forecast peak, headroom, headroom with one data center lost, as JSON",
    "costs": "bills (FOCUS) and own costs into the ledger; every defect by rule and row, every charge once",
    "recording": "writes a recorded day as requests per minute, for a load run to replay",
    "slo": "objectives as code: validate names every error of OpenSLO files, list shows what is watched",
    "backtest": "replays past events through the alert policy: what would have paged, and when?",
    "rules": "writes Prometheus recording and alerting rules with promtool unit tests, for the same objectives",
    "notify": "sends a test message through every channel and prints what became of it",
    "incidents": "what failed: list with MTTD, MTTA and MTTR, show one, export its post-mortem",
    "report": "availability, incidents, costs, peaks of any period: PDF, XLSX, CSV, JSON or HTML; frozen, sent",
    "history": "the past that a bank brings along: imports availability and incidents from files",
    "people": "who logs in here, and what each may do: add, list, roles, password, disable, enable, remove",
    "tokens": "what scripts and walls show to be let in: add, list, revoke",
    "audit": "who did what: list, show, export, and verify that nothing was changed or cut off",
    "db": "the store as a whole: upgrade, prune, backup, restore, stats",
}
EPILOG = """\
first steps:
  python app.py                     the demo on http://127.0.0.1:8050, Ctrl-C ends it
  python app.py demo --help         its options: port, data directory, history, scale
  python app.py reconcile --json    while it runs: is every event counted once?
"""
_BEFORE_ACTIONS = ("--data", "--config")
_HIDDEN = {
    "simulated-past": "fills in the demo's simulated past (started by demo)",
    "load-anew": "reads and checks a configuration (started by what SIGHUP reached)",
}


class _Parser(argparse.ArgumentParser):
    """Refuses like everything else here: one line, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and where help is."""
        raise CommandError(f"{message}; {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    follow_parent()
    guard_terminal()
    try:
        _refuse_no_text(given)
        return _run(given)
    except CommandError as error:
        print(f"error: {error_text(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough (| head); nothing can be said to it any more, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _refuse_no_text(given: Sequence[str]) -> None:
    """Bytes that are no UTF-8 would fail in the store or when they are printed."""
    for place, argument in enumerate(given, start=1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise CommandError(f"argument {place}, {argument!a}: is no UTF-8 text; write or rename it so") from None


def _run(given: list[str]) -> int:
    if given and given[0] in {"-h", "--help"}:
        _overview().print_help()
        return 0
    if not given or given[0].startswith("-"):
        given = ["demo", *given]
    name = given[0]
    if name not in COMMANDS and name not in _HIDDEN:
        raise CommandError(f"no command {name!r}; commands: {', '.join(COMMANDS)}; python app.py --help")
    # Imported on demand: a data center must not pay for the dashboard's imports.
    module = _imported(f"commands.{name.replace('-', '_')}")
    parser = _Parser(
        prog=f"python app.py {name}", description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    module.configure(parser)
    code: int = module.run(parser.parse_args(_action_first(given[1:])))
    return code


def _action_first(words: list[str]) -> list[str]:
    """``costs --data DIR show`` means ``costs show --data DIR``: actions declare both options, not their command."""
    taken = 0
    while words[taken : taken + 1] and words[taken].partition("=")[0] in _BEFORE_ACTIONS:
        taken += 1 if "=" in words[taken] else 2
    action = words[taken : taken + 1]
    if not taken or not action or action[0].startswith("-"):
        return words
    return [*words[taken:], *words[:taken]]


def _imported(name: str) -> ModuleType:
    gc.disable()  # imports leave nothing to collect, and looking again and again takes an eighth of their time
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Not a fault of ours when a pinned package is absent: most likely the wrong Python was used.
        raise CommandError(
            f"package {error.name!r} is missing for {sys.executable}; run: make setup, then: .venv/bin/python app.py"
        ) from error
    finally:
        gc.enable()


def _overview() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    return argparse.ArgumentParser(
        prog="python app.py",
        usage="python app.py [COMMAND] [options]",
        description=f"Lending Control Center\n\ncommands:\n{listing}",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


if __name__ == "__main__":
    exit_code = main()
    gc.freeze()  # else the interpreter's end walks through everything that was ever imported: seconds on a busy machine
    sys.exit(exit_code)
