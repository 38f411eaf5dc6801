"""Says whether so many requests with so many failures prove an availability: exact binomial, JSON.

For a run whose length was fixed beforehand. A failed request is a wrong answer, an error, or one slower than the
deadline, as its caller finally saw it. Exit code: 0 proven, 1 refuted, 3 undecided.

  python app.py verdict --requests 400000 --failures 0
"""

from __future__ import annotations

import argparse
import json

from commands.errors import CommandError, refusing
from loadtests.verdict import fixed_length
from slo.errors import SloError
from slo.objective import Objective

MOST_REQUESTS = 10**15


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--requests", type=_number, required=True, metavar="N", help="requests that were sent")
    parser.add_argument("--failures", type=_number, required=True, metavar="K", help="of these, how many failed")
    parser.add_argument("--target", default="99.999", help="availability to prove, in per cent (default: 99.999)")
    parser.add_argument("--confidence", default="95", help="in per cent, of each side (default: 95)")


def run(args: argparse.Namespace) -> int:
    """Prints the verdict."""
    if args.failures > args.requests:
        raise CommandError(f"--failures {args.failures} is more than --requests {args.requests}")
    target, confidence = _percentage("--target", args.target), _percentage("--confidence", args.confidence)
    verdict = fixed_length(args.requests, args.failures, target, confidence)
    print(json.dumps(verdict.as_json()))
    return verdict.state.exit_code


def _percentage(option: str, text: str) -> Objective:
    with refusing(SloError):
        found = Objective.parse(text)
    if not found.target:
        raise CommandError(f"{option} {text}: 0 per cent needs no proof; write more than 0 and less than 100")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_REQUESTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MOST_REQUESTS}")
    return int(text)
