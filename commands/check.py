"""Validates configuration, catalog, objectives, alert policy and channels; asks store, sources and probes; looks at the
machine: disk, clocks, leases, certificates, secret files, fonts, time zone, open files, audit log. Names every error.

Each line says what is to be done. --json prints the same as one document (docs/operations.md).
Exit code 0: all is well, 1: something does not answer or does not fit, 2: the configuration itself is broken.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import requests

from collectors.clocks import Asked, skew_ms, skew_note
from collectors.errors import CollectorError
from collectors.page import milliseconds
from collectors.prometheus.config import LATE_SERIES_LAG_MS
from commands.alerting import channel_faults
from commands.certificates import certificate_signs
from commands.explaining import explain, server_of
from commands.machine import machine_signs
from commands.objectives import objective_findings, objectives, sliced_objectives
from commands.options import Configuration, add_configuration, chosen_config, configuration
from commands.probing import probe_signs
from commands.prometheus import prometheus_config
from commands.report_sending import delivery_faults, upcoming
from commands.secret_files import secret_file_signs
from commands.signs import Health, Sign, error, ok, shown, warning
from commands.store_signs import SET_CLOCK, store_signs
from commands.validating import configuration_problems
from configuration.prometheus import PrometheusSettings
from settings import ExpositionSettings, slos_path
from store.quality import LARGEST_SKEW_MS

TIMEOUT_S = 2.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument(
        "--explain", metavar="METRIC", help="read the sources; say what each series of METRIC is mapped to and why"
    )
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on, instead of lines")


def run(args: argparse.Namespace) -> int:
    """Prints one line per check; errors go to standard error."""
    path, as_json = chosen_config(args), bool(getattr(args, "json", False))
    broken = configuration_problems(path)
    if broken:
        shown((error("configuration", str(problem)) for problem in broken), as_json=as_json)
        return 2
    chosen = configuration(args)
    metric = getattr(args, "explain", None)
    if metric:
        return explain(chosen, metric)
    found = shown(_signs(chosen, path), as_json=as_json)
    return int(any(sign.health is Health.ERROR for sign in found))


def _signs(chosen: Configuration, path: Path) -> Iterator[Sign]:
    """Everything that is looked at, what costs least first."""
    yield ok(
        "configuration", f"{path}: {len(chosen.settings.sources)} sources, {len(chosen.catalog.products)} products"
    )
    yield from _objective_signs(chosen)
    yield from machine_signs(chosen)
    yield from secret_file_signs(chosen)
    yield from store_signs(chosen)
    yield from _source_signs(chosen)
    yield from certificate_signs(chosen, _now_ms())
    yield from probe_signs(chosen, _now_ms())
    yield from _channel_signs(chosen)
    yield from _delivery_signs(chosen)


def _objective_signs(chosen: Configuration) -> Iterator[Sign]:
    """How many objectives are watched, and what warns: nothing of it is an error here any more."""
    slos, sliced = objectives(chosen), sliced_objectives(chosen)
    where = slos_path(chosen.path, chosen.settings) or "catalog"
    yield ok("objectives", f"{where}: {len(slos) + len(sliced)} objectives")
    for finding in objective_findings(chosen):
        yield warning("objectives", str(finding))
    watched = {slo.product for slo in slos} | {part.product for slo in sliced for part in slo.parts}
    for product in chosen.catalog.products:
        if product.id not in watched:
            yield warning("objectives", f"{product.id}: no objective names this product; no burn rate of it alerts")


def _channel_signs(chosen: Configuration) -> Iterator[Sign]:
    """Channels that cannot be used as they are configured; `notify test` says whether messages arrive."""
    names = [channel.id for channel in chosen.settings.notify.channels]
    faults = channel_faults(chosen)
    yield from (error("channel", fault) for fault in faults)
    if not names:
        text = f"{chosen.path}: no channel in the section notify; alerts show on screens and nobody is told"
        yield warning("channel", text)
    elif not faults:
        yield ok("channel", f"notify: {', '.join(names)}")


def _delivery_signs(chosen: Configuration) -> Iterator[Sign]:
    """Reports that cannot be sent as they are configured; `report send ID --dry-run` shows one."""
    yield from (error("delivery", fault) for fault in delivery_faults(chosen))
    for line in upcoming(chosen, _now_ms()):
        yield (warning if "provisional" in line else ok)("delivery", f"reports: {line}")


def _source_signs(chosen: Configuration) -> Iterator[Sign]:
    for source in chosen.settings.sources:
        try:
            skew = _server_skew_ms(source) if isinstance(source, PrometheusSettings) else _page_skew_ms(chosen, source)
        except (CollectorError, _NoPage) as fault:
            yield error("source", f"source {source.id}: {fault}")
            continue
        if skew is not None and abs(skew) > LARGEST_SKEW_MS:
            yield error("clock", f"source {source.id}: {skew_note(skew)}", SET_CLOCK)
            continue
        yield ok("source", f"{source.id}: {_bare(source.url)}")
        if isinstance(source, PrometheusSettings):
            yield from _lag_signs(source)


def _lag_signs(source: PrometheusSettings) -> Iterator[Sign]:
    """Whether a server that shows new series late is given the time for it."""
    if source.lag_seconds is None or source.lag_seconds * 1000 >= LATE_SERIES_LAG_MS:
        return
    client = server_of(prometheus_config(source))
    try:
        is_late = client.is_victoria_metrics()
    except CollectorError:  # it has just answered: what it says next time is told then
        return
    finally:
        client.close()
    if is_late:
        text = f"source {source.id}: VictoriaMetrics shows new series some ten seconds late; with a lag_seconds of "
        text += f"{source.lag_seconds:g} their first events may be missed"
        yield warning("source", text, f"remove lag_seconds, or write {LATE_SERIES_LAG_MS // 1000}")


class _NoPage(Exception):
    """A target did not hand out its page; says why."""


def _bare(url: str) -> str:
    """An address without its query, in which tokens stand."""
    return url.partition("?")[0]


def _page(url: str) -> requests.Response:
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise _NoPage(f"{_bare(url)}: {_cause(error)}") from error
    if answer.status_code != HTTPStatus.OK:
        raise _NoPage(f"{_bare(url)}: answers {answer.status_code} {answer.reason}")
    return answer


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _page_skew_ms(chosen: Configuration, source: ExpositionSettings) -> int | None:
    """By how much a target's clock is ahead: by its own gauge when it has one, else by the Date header. Raises
    _NoPage."""
    sent_ms = _now_ms()
    answer = _page(source.url)
    asked = Asked(sent_ms, _now_ms())
    shown = [line.split(" ")[1] for line in answer.text.splitlines() if line.startswith(f"{chosen.mapping.clock} ")]
    try:
        date_ms = round(parsedate_to_datetime(answer.headers.get("Date", "")).timestamp() * 1000)
    except ValueError:
        date_ms = None
    return skew_ms(asked, milliseconds(shown[0]) if shown and chosen.mapping.clock else None, date_ms)


def _server_skew_ms(source: PrometheusSettings) -> int | None:
    """By how much a Prometheus server's clock is ahead of ours, asked as the collector asks: with its tokens, tenants
    and certificates. Raises CollectorError."""
    client = server_of(prometheus_config(source))
    try:
        sent_ms = _now_ms()
        clock_ms = client.clock_ms()
        return skew_ms(Asked(sent_ms, _now_ms()), clock_ms, None)
    finally:
        client.close()


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_S:.0f} s"
    if isinstance(error, requests.ConnectionError):
        return "refused; is it running?"
    return " ".join(str(error).split())
