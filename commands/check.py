"""Validates configuration, catalog, store, reachability and clock of every source, and every probe; names every error.

Exit code 0: all is well, 1: something does not answer or does not fit, 2: the configuration itself is broken.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import requests

from commands.errors import CommandError
from commands.options import Configuration, add_configuration, chosen_config, configuration
from commands.probing import probe_failures
from settings import ExpositionSettings, Problem, SettingsError, catalog_path, load_catalog, load_settings
from store.errors import StoreError
from store.opening import open_store

TIMEOUT_S = 2.0
LARGEST_SKEW_S = 2.0
"""The Date header counts whole seconds, so a smaller skew cannot be told from rounding."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)


def run(args: argparse.Namespace) -> int:
    """Prints one line per check; errors go to standard error."""
    path = chosen_config(args)
    broken = configuration_problems(path)
    for problem in broken:
        print(f"error: {problem}", file=sys.stderr)
    if broken:
        return 2
    chosen = configuration(args)
    print(f"ok      {path}: {len(chosen.settings.sources)} sources, {len(chosen.catalog.products)} products")
    failures = [
        *_store_failures(chosen),
        *_source_failures(chosen),
        *probe_failures(chosen, time.time_ns() // 1_000_000),
    ]
    for line in failures:
        print(f"error: {line}", file=sys.stderr)
    return 1 if failures else 0


def configuration_problems(path: Path) -> tuple[Problem | str, ...]:
    """Every defect of the configuration and of the catalog that it names."""
    try:
        settings = load_settings(path)
    except SettingsError as error:
        return error.problems
    try:
        load_catalog(catalog_path(path, settings))
        configuration(argparse.Namespace(config=path, data=None))
    except SettingsError as error:
        return error.problems
    except CommandError as error:
        return (str(error),)
    return ()


def _store_failures(chosen: Configuration) -> Iterator[str]:
    if isinstance(chosen.store, Path) and not chosen.store.exists():
        print(f"ok      {chosen.store}: no store yet; collect or serve makes one")
        return
    try:
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        with store.reading() as reader:
            print(f"ok      {chosen.store}: {len(reader.sources())} sources known")
        store.close()
    except StoreError as error:
        yield str(error)


def _source_failures(chosen: Configuration) -> Iterator[str]:
    for source in chosen.settings.sources:
        address = source.url if isinstance(source, ExpositionSettings) else f"{source.url.rstrip('/')}/-/ready"
        try:
            answer = requests.get(address, timeout=TIMEOUT_S, allow_redirects=False)
        except requests.RequestException as error:
            yield f"source {source.id}: {address}: {_cause(error)}"
            continue
        if answer.status_code != HTTPStatus.OK:
            yield f"source {source.id}: {address}: answers {answer.status_code} {answer.reason}"
            continue
        skew = _skew_s(answer)
        if skew is not None and abs(skew) > LARGEST_SKEW_S:
            yield f"source {source.id}: its clock is {skew:+.0f} s off ours; 26 s are a month's budget at 99.999 %"
            continue
        print(f"ok      {source.id}: {address}")


def _skew_s(answer: requests.Response) -> float | None:
    date = answer.headers.get("Date")
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).timestamp() + 0.5 - time.time()
    except ValueError:
        return None


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_S:.0f} s"
    if isinstance(error, requests.ConnectionError):
        return "refused; is it running?"
    return " ".join(str(error).split())
