"""Configuration of leases: after how long a silence another collector takes over."""

from __future__ import annotations

from pydantic import Field, model_validator

from configuration.types import Strict
from store.leadership import LEAST_RENEWALS, LeaseTiming


class LeaseSettings(Strict):
    """How often a collector shows that it lives, and how long a standby waits for that; milliseconds."""

    ttl_ms: int = Field(default=LeaseTiming().ttl_ms, ge=300, le=60_000)
    renew_ms: int = Field(default=LeaseTiming().renew_ms, ge=100, le=20_000)

    @model_validator(mode="after")
    def _a_lost_beat_is_no_reason_to_take_over(self) -> LeaseSettings:
        if self.ttl_ms < LEAST_RENEWALS * self.renew_ms:
            raise ValueError(
                f"ttl_ms {self.ttl_ms} must be at least {LEAST_RENEWALS} times renew_ms {self.renew_ms}, "
                "so that one lost beat replaces nobody; raise ttl_ms or lower renew_ms"
            )
        return self

    def timing(self) -> LeaseTiming:
        """The same as the collectors use it."""
        return LeaseTiming(self.ttl_ms, self.renew_ms)
