"""Failover drills through a real HAProxy, against an estate on loopback that the drill starts itself and ends.

  python -m loadtests.drills list
  python -m loadtests.drills run kill                       one drill, with the shipped configuration
  python -m loadtests.drills run all --template naive       every drill, with the naive one
  python -m loadtests.drills soak --faults 25               five kinds in turn, shipped and naive beside each other

Each run prints a card and leaves card.json and timeline.svg in --out. Exit code: 0 lossless with the first template,
1 not, 2 it could not be run, 4 invalid (the generator was at fault). Nothing but its own estate can be hurt.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from loadtests.drills.card import Card, card_of
from loadtests.drills.detection import ORDINARY_DAY, control_center
from loadtests.drills.drill import Plan, Record, Timing, run
from loadtests.drills.errors import DrillError
from loadtests.drills.estate import OwnEstate
from loadtests.drills.faults import FAULTS, SOAK_KINDS, Fault, fault_named
from loadtests.drills.picture import svg
from loadtests.drills.sending import Load
from loadtests.drills.table import card_text, comparison_text
from loadtests.refusing import REFUSED, Parser

TEMPLATES = ("shipped", "redispatch", "naive")
LOSSLESS, LOSSY, INVALID = 0, 1, 4
_GIVE_UP_S = 3.0
_LARGEST = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is asked for; returns the exit code."""
    args = _parser().parse_args(arguments)
    try:
        code: int = args.command(args)
    except (DrillError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="python -m loadtests.drills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="list|run|soak")
    commands.add_parser("list", help="the drills there are").set_defaults(command=_list)
    one = commands.add_parser("run", help="one drill, or all of them one after another")
    one.add_argument("name", help=f"{', '.join(FAULTS)}, or all")
    one.set_defaults(command=_run)
    _add_options(one, hold_s=5.0, after_s=3.0, templates="shipped")
    soak = commands.add_parser("soak", help="many faults of five kinds in one run, for each template")
    soak.add_argument("--faults", type=_whole, default=25, help="how many (default: 25)")
    soak.set_defaults(command=_soak)
    _add_options(soak, hold_s=4.0, after_s=3.0, templates="shipped,naive")
    return parser


def _add_options(parser: argparse.ArgumentParser, hold_s: float, after_s: float, templates: str) -> None:
    parser.add_argument(
        "--template",
        type=_templates,
        default=templates,
        help=f"of {', '.join(TEMPLATES)}, separated by commas (default: {templates})",
    )
    parser.add_argument(
        "--rate", type=_positive, default=200.0, help="POSTs per second, Poisson arrivals (default: 200)"
    )
    parser.add_argument(
        "--hold", type=_positive, default=hold_s, help=f"seconds that a fault lasts (default: {hold_s:g})"
    )
    parser.add_argument(
        "--after",
        type=_positive,
        default=after_s,
        help=f"quiet seconds after it is served again (default: {after_s:g})",
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the arrivals (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("var/drills"), help="where cards go (default: var/drills)")
    parser.add_argument(
        "--watch", action="store_true", help="start a control center too: when do its alerts tell? (hold 10 s and more)"
    )
    parser.add_argument("--json", action="store_true", help="print cards as JSON, one per line, instead of text")


def _templates(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in TEMPLATES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(TEMPLATES)}")
    return names


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < _LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {_LARGEST - 1}")
    return int(text)


def _positive(text: str) -> float:
    with suppress(ValueError):
        value = float(text)
        if 0 < value < _LARGEST:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 and below {_LARGEST}")


def _list(_args: argparse.Namespace) -> int:
    for fault in FAULTS.values():
        print(f"{fault.name:10} {fault.about}{'; in the soak' if fault.name in SOAK_KINDS else ''}")
    return LOSSLESS


def _run(args: argparse.Namespace) -> int:
    faults = list(FAULTS.values()) if args.name == "all" else [fault_named(args.name)]
    return _carried_out(args, [(fault.name, [fault]) for fault in faults])


def _soak(args: argparse.Namespace) -> int:
    faults = [FAULTS[SOAK_KINDS[number % len(SOAK_KINDS)]] for number in range(args.faults)]
    return _carried_out(args, [("soak", faults)])


def _carried_out(args: argparse.Namespace, runs: Sequence[tuple[str, Sequence[Fault]]]) -> int:
    """Every run with every template; the cards of the first template decide."""
    cards: dict[str, list[Card]] = {}
    with _estate(args.watch) as (estate, center_port):
        for template in args.template:
            for name, faults in runs:
                load = Load(args.rate, _GIVE_UP_S, args.seed, f"{template}-{name}")
                timing = Timing(2.0, args.hold, args.after)
                record = run(estate, Plan(template, load, timing, faults, center_port))
                cards.setdefault(template, []).append(_kept(args, name, record))
    if len(cards) > 1 and not args.json:
        for beside in zip(*cards.values(), strict=True):
            print(f"\n{comparison_text(beside)}")
    return _exit_code(next(iter(cards.values())))


def _kept(args: argparse.Namespace, name: str, record: Record) -> Card:
    """Prints the card and leaves it and its picture behind."""
    card = card_of(record)
    folder: Path = args.out / f"{name}-{record.template}"
    folder.mkdir(parents=True, exist_ok=True)
    document = json.dumps({"drill": name, **card.as_json()})
    (folder / "card.json").write_text(f"{document}\n", encoding="utf-8")
    (folder / "timeline.svg").write_text(svg(record, f"{name}, {record.template} configuration"), encoding="utf-8")
    print(document if args.json else f"\n{name}, {card_text(card)}\n  {folder}/timeline.svg", flush=True)
    return card


def _exit_code(cards: Sequence[Card]) -> int:
    if any(card.invalid_because for card in cards):
        return INVALID
    return LOSSLESS if all(card.lossless for card in cards) else LOSSY


@contextmanager
def _estate(watched: bool) -> Iterator[tuple[OwnEstate, int | None]]:
    """An estate and, when it is watched, the port of its control center."""
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        estate = OwnEstate(Path(folder), ORDINARY_DAY if watched else 0)
        try:
            estate.start()
            with control_center(estate) if watched else nullcontext() as center_port:
                yield estate, center_port
        finally:
            estate.stop()


if __name__ == "__main__":
    sys.exit(main())
