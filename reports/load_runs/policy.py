"""What a load run must have shown before it counts as capacity, and how long that holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CapacityPolicy:
    """``held_seconds``: so long a rate must be held on end; ``expires_days``: so long a proof holds."""

    held_seconds: int = 60
    expires_days: int = 90


SHIPPED = CapacityPolicy()
