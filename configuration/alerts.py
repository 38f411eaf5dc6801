"""config/alerts.yaml: the alert policy as data; factors follow from budget shares (``alerts.policy``)."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from alerts.model import Level, Severity
from alerts.policy import Policy, Tier
from configuration.alert_kinds import KindSettings
from configuration.types import Strict

TierName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
LONGEST_SECONDS = 31 * 86400
WHOLE_PERCENT = 100


class SeverityName(StrEnum):
    """What an alert asks of people, as configuration files write it."""

    NOTICE = "notice"
    TICKET = "ticket"
    PAGE = "page"
    CALL = "call"

    def severity(self) -> Severity:
        """The same as alerts know it."""
        return Severity[self.name]


def _sensible_share(text: str) -> str:
    if not 0 < Fraction(text) <= WHOLE_PERCENT:
        raise ValueError(f"{text} % of the budget is not above 0 and up to 100; write 2 for 2 %")
    return text


PercentText = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,9})?$"), AfterValidator(_sensible_share)]


class TierSettings(Strict):
    """One row of the policy: both windows must burn."""

    name: TierName
    long_seconds: int = Field(ge=10, le=LONGEST_SECONDS)
    short_seconds: int = Field(ge=1, le=LONGEST_SECONDS)
    budget_percent: PercentText
    severity: SeverityName
    automation: bool = False
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _short_is_shorter(self) -> TierSettings:
        if self.short_seconds >= self.long_seconds:
            raise ValueError(
                f"short_seconds {self.short_seconds} must be less than long_seconds {self.long_seconds}: "
                "the short window is what ends the alert soon after the trouble"
            )
        return self

    def tier(self) -> Tier:
        """The same as exact fractions."""
        return Tier(
            self.name,
            self.long_seconds,
            self.short_seconds,
            Fraction(self.budget_percent) / 100,
            self.severity.severity(),
            self.automation,
            self.source,
        )


class AlertSettings(Strict):
    """The whole of config/alerts.yaml."""

    version: str = Field(min_length=1)
    floor_events: int = Field(default=5, ge=1)
    levels: tuple[Literal["bank", "product", "product_data_center", "dcn"], ...] = Field(
        default=("bank", "product", "product_data_center", "dcn"), min_length=1
    )
    tiers: tuple[TierSettings, ...]
    kinds: KindSettings = KindSettings()

    @field_validator("levels")
    @classmethod
    def _each_level_once(cls, levels: tuple[str, ...]) -> tuple[str, ...]:
        for level, seen in Counter(levels).items():
            if seen > 1:
                raise ValueError(f"level {level!r} is listed {seen} times; keep one")
        return levels

    @field_validator("tiers")
    @classmethod
    def _highest_first(cls, tiers: tuple[TierSettings, ...]) -> tuple[TierSettings, ...]:
        if not tiers:
            raise ValueError("give at least one tier; without any nothing would ever fire")
        for name, seen in Counter(tier.name for tier in tiers).items():
            if seen > 1:
                raise ValueError(f"tier {name!r} is given {seen} times; give each its own name")
        for upper, lower in pairwise(tiers):
            if _burn(lower) >= _burn(upper):
                raise ValueError(
                    f"tier {lower.name!r} burns faster than {upper.name!r} above it; "
                    "list tiers with the highest budget_percent per long_seconds first"
                )
            if lower.severity.severity() > upper.severity.severity():
                raise ValueError(
                    f"tier {lower.name!r} asks more of people than the higher tier {upper.name!r}: "
                    f"{lower.severity.value} after {upper.severity.value}"
                )
        return tiers

    def policy(self) -> Policy:
        """The same as the engine uses it."""
        tiers = tuple(tier.tier() for tier in self.tiers)
        return Policy(self.version, tiers, self.floor_events, tuple(Level(level) for level in self.levels))


def _burn(tier: TierSettings) -> Fraction:
    return Fraction(tier.budget_percent) / tier.long_seconds
