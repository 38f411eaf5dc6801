"""Configuration of proven capacity: what a load run must show, and how long that holds."""

from __future__ import annotations

from pydantic import Field

from configuration.types import Strict
from reports.load_runs.policy import CapacityPolicy


class CapacitySettings(Strict):
    """How long a rate must be held on end to count as proven, and after how many days it does not count any more."""

    held_seconds: int = Field(default=60, ge=1, le=86_400)
    expires_days: int = Field(default=90, ge=1, le=3_650)

    def policy(self) -> CapacityPolicy:
        """The same as load runs are judged by."""
        return CapacityPolicy(self.held_seconds, self.expires_days)
