"""The set of files: rules for Prometheus, and unit tests of them for promtool. Written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from alerts.policy import Slo
from alerts.rules.alerting import burn_rules, vanished_rules
from alerts.rules.errors import ForeignFile, NoPlace, NoTier
from alerts.rules.metrics import base_name
from alerts.rules.recording import Estate, Rule, recording_rules
from alerts.rules.scenarios import Suite
from alerts.rules.shape import LEAST_SCRAPES, Names, duration, levels, tiers
from alerts.rules.slice_alerting import slice_alerts
from alerts.rules.slice_scenarios import slice_tests
from alerts.rules.slices import levels_of, slice_rules, slices_told
from alerts.sliced.model import SlicedSlo

RULES_FILE = "lending-slo.rules.yml"
TESTS_FILE = "lending-slo.tests.yml"
MARK = "# Written by the lending control center (rules export); changes are lost at the next export."
GROUP = "lending-slo"


class _Text(str):
    """Text of several lines, written as such."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """A dumper that knows ``_Text`` and writes no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        """Every value stands where it is used."""
        return True


_Writer.add_representer(_Text, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Texts of the files of one export."""

    rules: str
    tests: str

    def by_name(self) -> dict[str, str]:
        """File name -> text."""
        return {RULES_FILE: self.rules, TESTS_FILE: self.tests}


def rule_files(estate: Estate, slos: Sequence[Slo], scrape_seconds: int, sliced: Sequence[SlicedSlo] = ()) -> RuleFiles:
    """Rules and their tests for objectives over events and by slices, at one scrape interval, which is that of
    evaluation too.

    Raises NoTier, NotForPrometheus.
    """
    cut = [slo for slo in sliced if slices_told(slo, scrape_seconds)]
    if not cut and not any(tiers(slo.policy, scrape_seconds) for slo in slos):
        raise NoTier(scrape_seconds)
    names = Names(base_name(estate.metrics), duration(scrape_seconds))
    rules = recording_rules(estate, slos, names, scrape_seconds, levels_of(cut))
    rules += slice_rules(cut, names, scrape_seconds)
    rules += [rule for slo in slos for rule in burn_rules(slo, names, scrape_seconds)]
    rules += slice_alerts(cut, names)
    watched = tuple(dict.fromkeys([*(level for slo in slos for level in levels(slo)), *levels_of(cut)]))
    rules += vanished_rules(names, watched, scrape_seconds)
    heading = [*_heading(slos, scrape_seconds), *(f"# {line}." for line in left_out(sliced, scrape_seconds))]
    tests = _tests_text(estate, slos, scrape_seconds, cut)
    return RuleFiles(_rules_text(heading, rules, scrape_seconds), tests)


def left_out(sliced: Sequence[SlicedSlo], scrape_seconds: int) -> list[str]:
    """One line for each objective by slices that scrapes so far apart cannot tell."""
    return [
        f"SLO {slo.id} is left out: its slices of {slo.slice_seconds} s are no multiples of the scrape interval of "
        f"{scrape_seconds} s, or hold fewer than {LEAST_SCRAPES} scrapes"
        for slo in sliced
        if not slices_told(slo, scrape_seconds)
    ]


def write_files(directory: Path, files: RuleFiles) -> list[Path]:
    """Puts the files into a directory, made when missing. Raises ForeignFile before anything is written, NoPlace."""
    texts = {directory / name: text for name, text in files.by_name().items()}
    try:
        _refuse_foreign(texts)
        directory.mkdir(parents=True, exist_ok=True)
        _write(texts)
    except OSError as error:
        raise NoPlace(directory, error) from error
    return list(texts)


def _refuse_foreign(texts: Mapping[Path, str]) -> None:
    for path in texts:
        if path.is_dir() or (path.exists() and not path.read_bytes().startswith(MARK.encode())):
            raise ForeignFile(path)


def _write(texts: Mapping[Path, str]) -> None:
    drafts = {path.with_name(path.name + ".new"): path for path in texts}
    try:
        for draft, path in drafts.items():
            draft.write_text(texts[path], encoding="utf-8")
        for draft, path in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _rules_text(heading: Sequence[str], rules: Sequence[Rule], scrape_seconds: int) -> str:
    group = {"name": GROUP, "interval": duration(scrape_seconds), "rules": [rule.as_yaml() for rule in rules]}
    return "\n".join((*heading, _yaml({"groups": [group]})))


def _heading(slos: Sequence[Slo], scrape_seconds: int) -> list[str]:
    lines = [
        MARK,
        f"# For scrapes and evaluations every {scrape_seconds} s. One group, because its rules read each other at the",
        "# same instant. What differs from the control center's own alerts: docs/rules.md.",
    ]
    told = {tier.name for slo in slos for tier in tiers(slo.policy, scrape_seconds)}
    for tier in dict.fromkeys(tier for slo in slos for tier in slo.policy.tiers):
        if tier.name not in told:
            windows = f"{duration(tier.long_seconds)} and {duration(tier.short_seconds)}"
            lines.append(
                f"# Tier {tier.name} ({windows}) is left out: its windows are no multiples of the scrape interval, or "
                f"hold fewer than {LEAST_SCRAPES} scrapes."
            )
        elif tier.source:
            lines.append(f"# Tier {tier.name}: {' '.join(tier.source.split())}")
    return lines


def _tests_text(estate: Estate, slos: Sequence[Slo], scrape_seconds: int, sliced: Sequence[SlicedSlo]) -> str:
    parts = (part.product for slo in sliced for part in slo.parts)
    products = tuple(dict.fromkeys(each for each in (*(slo.product for slo in slos), *parts) if each)) or ("any",)
    interval = duration(scrape_seconds)
    suite = Suite(estate, tuple(slos), products, interval, scrape_seconds)
    tests = [*suite.tests(), *slice_tests(suite, sliced)] if suite.told else []
    lines = [MARK, f"# promtool test rules {TESTS_FILE}"]
    if not tests:
        lines.append("# No scenarios: the patterns of the catalog do not show how a series of each product looks.")
    content = {"rule_files": [RULES_FILE], "evaluation_interval": interval, "tests": tests}
    return "\n".join((*lines, _yaml(content)))


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.dump(_with_texts(content), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1000)


def _with_texts(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _with_texts(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_texts(each) for each in value]
    return _Text(value) if isinstance(value, str) and "\n" in value else value
