"""What is decided about a metric that says what something costs by the hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOLD_S = 300
"""As long as Prometheus itself goes on showing a sample."""


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """One metric whose samples are a price by the hour. ``source``: id of a Prometheus source; ``where``: labels that
    its series must have; ``labels``: dimension (service, sub_account, product, data_center) -> label that says it."""

    id: str
    source: str
    metric: str
    currency: str
    provider: str
    category: str
    where: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    hold_ms: int = HOLD_S * 1000
