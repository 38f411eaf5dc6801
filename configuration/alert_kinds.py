"""Section ``kinds`` of config/alerts.yaml: every alert that is not a burn rate (``alerts.kinds.policy``)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from alerts.kinds.policy import (
    BudgetPolicy,
    KindPolicy,
    PipelinePolicy,
    QualityPolicy,
    RoomPolicy,
    SilencePolicy,
    SyntheticPolicy,
    UnreachablePolicy,
    VolumePolicy,
)
from configuration.types import Strict

Percent = Annotated[str, Field(pattern=r"^(100|\d{1,2}(\.\d{1,9})?)$")]
"""0 to 100 as text, so that it stays exact."""


def _share(percent: str) -> Fraction:
    return Fraction(percent) / 100


class UnknownSettings(Strict):
    """When nobody sees a source, and how long everything may take to start."""

    intervals: int = Field(default=3, ge=2, le=100)
    least_seconds: int = Field(default=5, ge=1, le=3600)
    starting_seconds: int = Field(default=20, ge=0, le=3600)
    left_hours: int = Field(default=24, ge=1, le=720)

    def policy(self) -> SilencePolicy:
        """The same as the rule uses it."""
        return SilencePolicy(
            self.intervals, self.least_seconds * 1000, self.starting_seconds * 1000, self.left_hours * 3_600_000
        )


class UnreachableSettings(Strict):
    """When a process is gone."""

    refused_reads: int = Field(default=1, ge=1, le=60)

    def policy(self) -> UnreachablePolicy:
        """The same as the rule uses it."""
        return UnreachablePolicy(self.refused_reads)


class VolumeSettings(Strict):
    """When transactions are missing."""

    percent_of_forecast: Percent = "70"
    window_seconds: int = Field(default=30, ge=5, le=3600)
    weeks: int = Field(default=4, ge=1, le=4)
    floor_transactions: int = Field(default=500, ge=1)
    least_level_percent: Percent = "50"

    def policy(self) -> VolumePolicy:
        """The same as exact fractions."""
        return VolumePolicy(
            _share(self.percent_of_forecast),
            self.window_seconds,
            self.weeks,
            self.floor_transactions,
            _share(self.least_level_percent),
        )


class SyntheticSettings(Strict):
    """When our own probes fail."""

    vantages: int = Field(default=2, ge=1, le=100)
    failures: int = Field(default=2, ge=1, le=100)
    of: int = Field(default=3, ge=1, le=100)
    tls_days: int = Field(default=14, ge=0, le=3650)

    @model_validator(mode="after")
    def _can_happen(self) -> SyntheticSettings:
        if self.failures > self.of:
            raise ValueError(f"failures {self.failures} of {self.of} runs never happen; lower failures or raise of")
        return self

    def policy(self) -> SyntheticPolicy:
        """The same as the rule uses it."""
        return SyntheticPolicy(self.vantages, self.failures, self.of, self.tls_days)


class BudgetSettings(Strict):
    """Which shares of a budget are noticed."""

    steps_percent: tuple[Percent, ...] = Field(default=("25", "50", "75", "100"), min_length=1)
    clear_percent_of_step: Percent = "90"
    floor_events: int = Field(default=5, ge=1)
    least_hours: int = Field(default=24, ge=0, le=672)

    @field_validator("steps_percent")
    @classmethod
    def _ascending(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        for lower, upper in pairwise(("0", *steps)):
            if Fraction(lower) >= Fraction(upper):
                raise ValueError(f"step {upper!r} does not follow {lower!r}; list whole steps above 0, lowest first")
        for step in steps:
            if Fraction(step).denominator != 1:
                raise ValueError(f"step {step!r} names an alert and must be a whole number of per cent")
        return steps

    def policy(self) -> BudgetPolicy:
        """The same as exact fractions."""
        steps = tuple(_share(step) for step in self.steps_percent)
        return BudgetPolicy(steps, _share(self.clear_percent_of_step), self.floor_events, self.least_hours * 3600)


class QualitySettings(Strict):
    """When counts may be wrong."""

    lost_series_percent: Percent = "20"
    lost_product_seconds: int = Field(default=30, ge=0, le=3600)
    skew_ms: int = Field(default=1000, ge=1)
    completeness_percent: Percent = "99"

    def policy(self) -> QualityPolicy:
        """The same as exact fractions."""
        return QualityPolicy(
            _share(self.lost_series_percent),
            self.lost_product_seconds * 1000,
            self.skew_ms,
            _share(self.completeness_percent),
        )


class PipelineSettings(Strict):
    """When the control center itself is in trouble."""

    late_seconds: int = Field(default=5, ge=1, le=3600)
    queue_seconds: int = Field(default=30, ge=1, le=3600)
    prune_hours: int = Field(default=2, ge=2, le=720)

    def policy(self) -> PipelinePolicy:
        """The same as the rule uses it."""
        return PipelinePolicy(self.late_seconds * 1000, self.queue_seconds * 1000, self.prune_hours * 3600)


class RoomSettings(Strict):
    """When proven capacity gets short."""

    headroom_percent: Percent = "20"
    headroom_n_1_percent: Percent = "0"
    expires_days: int = Field(default=14, ge=0, le=3650)

    def policy(self) -> RoomPolicy:
        """The same as exact fractions."""
        return RoomPolicy(_share(self.headroom_percent), _share(self.headroom_n_1_percent), self.expires_days)


class KindSettings(Strict):
    """The whole section."""

    unknown: UnknownSettings = UnknownSettings()
    unreachable: UnreachableSettings = UnreachableSettings()
    volume: VolumeSettings = VolumeSettings()
    synthetic: SyntheticSettings = SyntheticSettings()
    budget: BudgetSettings = BudgetSettings()
    quality: QualitySettings = QualitySettings()
    pipeline: PipelineSettings = PipelineSettings()
    capacity: RoomSettings = RoomSettings()

    def policy(self) -> KindPolicy:
        """The same as the rules use it."""
        return KindPolicy(
            silence=self.unknown.policy(),
            unreachable=self.unreachable.policy(),
            volume=self.volume.policy(),
            synthetic=self.synthetic.policy(),
            budget=self.budget.policy(),
            quality=self.quality.policy(),
            pipeline=self.pipeline.policy(),
            room=self.capacity.policy(),
        )
