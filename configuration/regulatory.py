"""config/regulatory.yaml: rules, classes, thresholds and reporting deadlines, each with source and confidence."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from alerts.incidents.hours import Hours
from alerts.incidents.regulatory import (
    Confidence,
    RegulatoryClass,
    RegulatoryTable,
    Report,
    Rule,
    Threshold,
)
from configuration.catalog import Names
from configuration.types import Strict, Zone

ClassId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _checked_span(text: str) -> str:
    begin, end = map(_minutes, text.split("-"))
    if begin >= end:
        raise ValueError(f"{text}: ends before it begins; cut hours over midnight in two, such as 22:00-24:00")
    return text


_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
SpanText = Annotated[str, Field(pattern=rf"^{_CLOCK}-(?:{_CLOCK}|24:00)$"), AfterValidator(_checked_span)]


class Sourced(Strict):
    """A row that says where it comes from and how sure that is."""

    confidence: Confidence
    source: str = Field(min_length=1)


class ThresholdSettings(Sourced):
    """So many provinces for so many minutes."""

    provinces: int = Field(ge=0, le=34)
    minutes: int = Field(ge=1, le=525_600)


class ClassSettings(Strict):
    """One class of a rule."""

    id: ClassId
    names: Names
    thresholds: tuple[ThresholdSettings, ...] = Field(min_length=1)

    def value(self) -> RegulatoryClass:
        """The same as the incidents' room names it."""
        thresholds = tuple(Threshold(t.provinces, t.minutes, t.confidence, t.source) for t in self.thresholds)
        return RegulatoryClass(self.id, self.names.model_dump(), thresholds)


class ReportSettings(Sourced):
    """A report that is due."""

    names: Names
    within_minutes: int = Field(ge=1, le=525_600)

    def value(self) -> Report:
        """The same as the incidents' room names it."""
        return Report(self.names.model_dump(), self.within_minutes, self.confidence, self.source)


class RuleSettings(Strict):
    """One regulation."""

    id: ClassId
    names: Names
    source: str = Field(min_length=1)
    in_force: str
    applies: bool
    hours: tuple[SpanText, ...] = ()
    classes: tuple[ClassSettings, ...] = ()
    reports: tuple[ReportSettings, ...] = ()
    remarks: Names | None = None

    @model_validator(mode="after")
    def _hours_follow_each_other(self) -> RuleSettings:
        for earlier, later in pairwise(self.hours):
            if _minutes(later.split("-")[0]) < _minutes(earlier.split("-")[1]):
                raise ValueError(f"hours {earlier} and {later} overlap or are out of order")
        _refuse_repeated("class", [each.id for each in self.classes])
        return self

    def value(self, zone: str) -> Rule:
        """The same as the incidents' room names it."""
        spans = tuple((_minutes(text.split("-")[0]), _minutes(text.split("-")[1])) for text in self.hours)
        return Rule(
            id=self.id,
            names=self.names.model_dump(),
            source=self.source,
            in_force=self.in_force,
            applies=self.applies,
            hours=Hours(zone, spans),
            classes=tuple(each.value() for each in self.classes),
            reports=tuple(each.value() for each in self.reports),
            remarks=self.remarks.model_dump() if self.remarks else {},
        )


class RegulatorySettings(Strict):
    """The whole table."""

    version: str = Field(min_length=1)
    time_zone: Zone
    rules: tuple[RuleSettings, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rules_are_told_apart(self) -> RegulatorySettings:
        _refuse_repeated("rule", [each.id for each in self.rules])
        return self

    def table(self) -> RegulatoryTable:
        """The same as the incidents' room names it."""
        rules = tuple(each.value(self.time_zone) for each in self.rules)
        return RegulatoryTable(self.version, self.time_zone, rules)


def _refuse_repeated(what: str, ids: list[str]) -> None:
    for name, seen in Counter(ids).items():
        if seen > 1:
            raise ValueError(f"{what} id {name!r} is used {seen} times")
