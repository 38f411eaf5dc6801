"""Results of load runs: bring them in, list them, compare two, make the token that lets a machine send them.

  import FILE...    keeps result files (docs/load-run-result.md); a run that is known is not kept twice
  list              newest first: verdict, rate, requests, failures, bounds
  compare ID ID     failures by step and latencies, each with the chance that it is noise
  token             prints the token for POST /api/v1/load-runs; makes it the first time

first steps:
  python app.py load-runs import result.json
  curl -H "Authorization: Bearer $(python app.py load-runs token)" -H "Content-Type: application/json" \\
       --data-binary @result.json http://127.0.0.1:8050/api/v1/load-runs
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
from hashlib import sha256
from pathlib import Path

from commands.auditing import with_act
from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from dashboard.api.tokens import LOAD_RUNS, SHORTEST, file_of
from reports.load_runs.comparing import Comparison, compare
from reports.load_runs.errors import BadResult, LoadRunError
from reports.load_runs.keeping import find, keep, listed, result_of
from reports.load_runs.model import LoadRun
from reports.load_runs.policy import CapacityPolicy
from reports.load_runs.view import chance, comparison_json, run_json, utc
from slo.formatting import percent
from store.errors import StaleDocument, StoreError
from store.opening import open_store
from store.port import Store

MOST = 100
SENDER = "import"
TOKEN_BYTES = 32


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    texts = {
        "import": "keeps result files; names every defect",
        "list": "newest first",
        "compare": "two runs: what tells them apart, and is it noise?",
        "token": "prints the token for POST /api/v1/load-runs; makes it the first time",
    }
    for name, text in texts.items():
        add_configuration(actions.add_parser(name, help=text, description=text))
    actions.choices["import"].add_argument("files", nargs="+", type=Path, metavar="FILE", help="result of a load run")
    actions.choices["compare"].add_argument("ids", nargs=2, metavar="ID", help="as list prints it")
    actions.choices["list"].add_argument("--most", type=int, default=MOST, help=f"at most so many (default: {MOST})")
    for name in ("list", "compare"):
        actions.choices[name].add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        raise CommandError("load-runs: which one? import, list, compare, token; python app.py load-runs --help")
    chosen = configuration(args)
    if args.action == "token":
        print(_token(chosen.data))
        return 0
    with refusing(StoreError, LoadRunError, OSError):
        bringing = args.action == "import"
        if bringing:
            chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, read_only=not bringing, upgrade=bringing)
        try:
            return _import(args.files, store, chosen.settings.capacity.policy()) if bringing else _show(args, store)
        finally:
            store.close()


def _import(files: list[Path], store: Store, policy: CapacityPolicy) -> int:
    """Keeps what can be kept; exit code 2 when a file could not."""
    refused = 0
    for file in files:
        try:
            print(f"{file}: {_kept(file, store, policy)}")
        except BadResult as error:
            refused += 1
            for defect in error.defects:
                print(f"error: {file}: {defect}", file=sys.stderr)
        except (LoadRunError, OSError) as error:
            refused += 1
            print(f"error: {file}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
    return 2 if refused else 0


def _kept(file: Path, store: Store, policy: CapacityPolicy) -> str:
    content = file.read_bytes()
    for _ in range(2):
        with store.reading() as reader:
            change, run = keep(content, reader.journal(), time.time_ns() // 1_000_000, SENDER, policy)
        if not change.documents:
            return f"{run.id} was known"
        try:
            store.write(with_act(change, "load_run.import", run.id, file=file.name, sha256=sha256(content).hexdigest()))
        except StaleDocument:
            continue  # somebody brought the same run in this moment: look again
        return f"{run.id} kept: {run.verdict}, {run.failures:,} of {run.requests:,} failed"
    return "somebody else brings this run; look again"


def _show(args: argparse.Namespace, store: Store) -> int:
    with store.reading() as reader:
        journal = reader.journal()
        if args.action == "list":
            if args.most < 1:
                raise CommandError(f"--most {args.most}: at least 1")
            runs = listed(journal, most=args.most)
            print(_json([run_json(each) for each in runs]) if args.json else _lines(runs))
            return 0
        found = [find(journal, each) for each in args.ids]
        results = [result_of(journal, each) for each in args.ids]
    pairs = [(r, d) for r, d in zip(found, results, strict=True) if r is not None and d is not None]
    if len(pairs) != len(args.ids):
        missing = next(each for each, r, d in zip(args.ids, found, results, strict=True) if r is None or d is None)
        raise CommandError(f"no load run {missing!r}; python app.py load-runs list prints their ids")
    (first, ours), (second, theirs) = pairs
    comparison = compare(ours, theirs)
    print(_json(comparison_json(first, second, comparison)) if args.json else _table(first, second, comparison))
    return 0


def _lines(runs: list[LoadRun]) -> str:
    return "\n".join(map(_line, runs))


def _line(run: LoadRun) -> str:
    return (
        f"{utc(run.started_ms)}  {run.id}  {run.verdict:<9}  {run.profile} {run.rate_per_second or '-'}/s  "
        f"n {run.requests:,} k {run.failures:,}  [{run.lower_bound or '-'}, {run.upper_bound or '-'}] %  "
        f"build {run.service_build or '-'}"
    )


def _table(first: LoadRun, second: LoadRun, comparison: Comparison) -> str:
    lines = [f"1  {first.id}  {first.verdict}", f"2  {second.id}  {second.verdict}"]
    for failed in comparison.failures:
        (k, other_k), (n, other_n) = failed.failures, failed.requests
        where = _where(failed.product, failed.step)
        lines.append(
            f"failures  {where:<28}  {k:,}/{n:,}  {other_k:,}/{other_n:,}  "
            f"p {chance(failed.p_value)}  {failed.finding.value}"
        )
    for slow in comparison.latencies:
        first_p99, second_p99 = slow.quantiles["p99"]
        apart = "-" if slow.gap is None else f"{percent(slow.gap.distance, 2)} %"
        odds = "-" if slow.p_value is None else chance(slow.p_value)
        lines.append(
            f"latency   {_where(slow.product, slow.step):<28}  p99 {_ms(first_p99)}  {_ms(second_p99)}  "
            f"apart {apart}  p {odds}  {slow.finding.value}"
        )
    return "\n".join([*lines, f"cautions  {', '.join(comparison.cautions)}"])


def _where(product: str | None, step: str | None) -> str:
    return f"{product} {step}" if product else "all"


def _ms(microseconds: int | None) -> str:
    return "-" if microseconds is None else f"{microseconds // 1000}.{microseconds // 100 % 10} ms"


def _token(data: Path) -> str:
    """The token in the data directory, for its owner's eyes alone. Whoever comes first makes it."""
    file = data / file_of(LOAD_RUNS)
    with refusing(OSError, UnicodeDecodeError):
        data.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(secrets.token_urlsafe(TOKEN_BYTES) + "\n")
        except FileExistsError:
            pass
        token = file.read_text(encoding="ascii").strip()
    if len(token) < SHORTEST:
        raise CommandError(f"{file}: shorter than {SHORTEST} characters; delete it, then ask again")
    return token


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
