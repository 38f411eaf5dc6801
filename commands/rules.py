"""Writes Prometheus recording and alerting rules, and promtool unit tests of them, for the same objectives and tiers.

`rules export -o DIR` writes lending-slo.rules.yml and lending-slo.tests.yml, both or none; without -o the rules (with
--tests the tests) are printed. docs/rules.md tells what the rules mean and where they differ from our own alerts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from alerts.rules.errors import NotForPrometheus, RulesError
from alerts.rules.export import left_out, rule_files, write_files
from alerts.rules.metrics import Dimension, RequestMetric
from alerts.rules.recording import Estate
from collectors.mapping import MetricMap, Pick, Role, Rule
from commands.errors import CommandError, refusing
from commands.objectives import objectives, sliced_objectives
from commands.options import add_configuration, configuration
from slo.catalog import Catalog
from slo.outcomes import Kind

LONGEST_SCRAPE_SECONDS = 3600


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("action", choices=["export"], help="export: write the rules")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="directory for the files; made when missing")
    parser.add_argument("--tests", action="store_true", help="without -o: print the unit tests instead of the rules")
    parser.add_argument(
        "--scrape-interval", type=int, default=15, metavar="SECONDS", help="of scrapes and of evaluation (default: 15)"
    )
    add_configuration(parser)


def run(args: argparse.Namespace) -> int:
    """Writes or prints the rules."""
    if not 1 <= args.scrape_interval <= LONGEST_SCRAPE_SECONDS:
        raise CommandError(
            f"--scrape-interval {args.scrape_interval}: must be 1 to {LONGEST_SCRAPE_SECONDS} seconds; write 15"
        )
    chosen = configuration(args)
    slos, sliced = objectives(chosen), sliced_objectives(chosen)
    for line in left_out(sliced, args.scrape_interval):
        print(line, file=sys.stderr)
    with refusing(RulesError):
        files = rule_files(estate(chosen.mapping, chosen.catalog), slos, args.scrape_interval, sliced)
    if args.output is None:
        sys.stdout.write(files.tests if args.tests else files.rules)
        return 0
    with refusing(RulesError):
        written = write_files(args.output, files)
    for path in written:
        print(path)
    return 0


def estate(mapping: MetricMap, catalog: Catalog) -> Estate:
    """What the catalog counts as requests, as the rules name it. Raises NotForPrometheus."""
    found = tuple(_request_metrics(mapping))
    if not found:
        raise NotForPrometheus("the catalog", "an estate without metrics.requests", "name a counter of requests there")
    kinds = catalog.outcomes.kinds
    good, bad, ignored = (
        tuple(name for name, kind in kinds.items() if kind is each) for each in (Kind.GOOD, Kind.BAD, Kind.IGNORED)
    )
    return Estate(found, good, bad, ignored)


def _request_metrics(mapping: MetricMap) -> Iterator[RequestMetric]:
    for rules in mapping.by_metric.values():
        requests = [rule for rule in rules if rule.role is Role.REQUESTS]
        for number, rule in enumerate(requests):
            yield RequestMetric(
                rule.metric,
                product=_dimension(rule.pick("product")),
                outcome=_dimension(rule.pick("outcome")),
                data_center=_dimension(rule.pick("data_center")),
                dcn=_dimension(rule.pick("dcn")),
                traffic=_dimension(rule.pick("traffic")),
                where=tuple((label, pattern.pattern) for label, pattern in rule.where),
                unless=tuple(_taken_before(requests[:number], rule)),
                from_zero=rule.from_zero,
                origin=rule.origin,
            )


def _taken_before(earlier: Sequence[Rule], rule: Rule) -> Iterator[tuple[str, str]]:
    """What the rules of the same metric before this one have taken already: the first that fits decides."""
    for before in earlier:
        if len(before.where) != 1:
            raise NotForPrometheus(
                rule.origin,
                f"a second rule of {rule.metric} after one with {len(before.where)} conditions",
                "give the first one exactly one `where`",
            )
        ((label, pattern),) = before.where
        yield label, pattern.pattern


def _dimension(pick: Pick) -> Dimension:
    return Dimension(pick.label, pick.default, tuple((pattern.pattern, meaning) for pattern, meaning in pick.table))
