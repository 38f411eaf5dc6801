"""Configuration of the desk: grouping, escalation and silences; section ``desk`` of control-center.yaml."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, field_validator, model_validator

from alerts.desk.escalation import Chain, Step
from alerts.desk.records import DeskPolicy
from alerts.desk.silences import SilencePolicy
from alerts.policy import Policy
from configuration.alerts import SeverityName
from configuration.types import Identifier, Strict

DAY_S = 86_400


class StepSettings(Strict):
    """Who is told after so long without an acknowledgement."""

    after_seconds: int = Field(ge=0, le=DAY_S)
    roles: tuple[Identifier, ...] = Field(min_length=1)


class EscalationSettings(Strict):
    """The chain: the first step is the page itself; a call repeats the last one until somebody has it."""

    severity: SeverityName = SeverityName.PAGE
    steps: tuple[StepSettings, ...] = (
        StepSettings(after_seconds=0, roles=("on_call",)),
        StepSettings(after_seconds=300, roles=("on_call", "second")),
        StepSettings(after_seconds=900, roles=("manager",)),
    )
    repeat_seconds: int = Field(default=600, ge=0, le=DAY_S)

    @field_validator("steps")
    @classmethod
    def _each_step_is_later(cls, steps: tuple[StepSettings, ...]) -> tuple[StepSettings, ...]:
        if not steps or steps[0].after_seconds:
            raise ValueError("the first step is the page itself; give it after_seconds: 0")
        for before, after in pairwise(steps):
            if after.after_seconds <= before.after_seconds:
                raise ValueError(
                    f"a step after {after.after_seconds} s follows one after {before.after_seconds} s; "
                    "write steps in order, each later than the one before"
                )
        return steps

    @field_validator("repeat_seconds")
    @classmethod
    def _does_not_ring_all_the_time(cls, seconds: int) -> int:
        least = 30
        if 0 < seconds < least:
            raise ValueError(f"repeating every {seconds} s would ring all the time; at least {least}, or 0 for never")
        return seconds

    def chain(self) -> Chain:
        """The same as the desk uses it."""
        steps = tuple(Step(each.after_seconds * 1000, each.roles) for each in self.steps)
        return Chain(steps, self.severity.severity(), self.repeat_seconds * 1000)


class SilenceSettings(Strict):
    """How long a silence may be, and when its owner is reminded that it ends."""

    most_days: int = Field(default=30, ge=1, le=366)
    most_recurring_days: int = Field(default=366, ge=1, le=3660)
    remind_seconds: int = Field(default=3600, ge=60, le=7 * DAY_S)

    def policy(self) -> SilencePolicy:
        """The same as the desk uses it."""
        return SilencePolicy(self.most_days, self.most_recurring_days, self.remind_seconds * 1000)


class DeskSettings(Strict):
    """What happens between an alert and a message (``alerts.desk``)."""

    settle_seconds: int = Field(default=30, ge=0, le=600)
    update_seconds: int = Field(default=60, ge=1, le=3600)
    widen_seconds: int = Field(default=5, ge=1, le=3600)
    unfold_seconds: int = Field(default=5, ge=0, le=60)
    escalation: EscalationSettings = EscalationSettings()
    silences: SilenceSettings = SilenceSettings()

    @model_validator(mode="after")
    def _a_wider_failure_is_told_no_later(self) -> DeskSettings:
        if self.widen_seconds > self.update_seconds:
            raise ValueError(
                f"widen_seconds {self.widen_seconds} is more than update_seconds {self.update_seconds}: "
                "a failure that reaches further is told no later than one more member"
            )
        return self

    def policy(self, alerts: Policy) -> DeskPolicy:
        """The same as the desk uses it, with the tiers of the alert policy in their order."""
        return DeskPolicy(
            tiers=tuple(tier.name for tier in alerts.tiers),
            settle_ms=self.settle_seconds * 1000,
            update_ms=self.update_seconds * 1000,
            widen_ms=self.widen_seconds * 1000,
            unfold_ms=self.unfold_seconds * 1000,
            chain=self.escalation.chain(),
            silences=self.silences.policy(),
        )
