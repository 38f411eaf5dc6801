"""What the operator says about one Prometheus-compatible server, and the identities that follow from it."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from collectors.mapping import MetricMap
from collectors.prometheus.access import Access
from collectors.prometheus.client import PrometheusClient
from store.records import Source

KIND = "prometheus"
LAG_MS = 1_000
LATE_SERIES_LAG_MS = 15_000
"""VictoriaMetrics shows samples some seconds, and series that are new some ten seconds, after they were scraped."""
MOST_SAMPLES_BACK = 500_000
"""What one question of a backfill asks for unless the operator limits it: what a bite costs beside its samples weighs
half as much as in bites of a collector's size, and memory stays under 300 MiB."""


class Births(enum.Enum):
    """What says when a counter began at 0."""

    PROCESS = "process"  # process_start_time_seconds alone: half the samples
    CREATED = "created"  # each counter's own _created series beside it


@dataclass(frozen=True, slots=True)
class PrometheusConfig:
    """One server and one job of it.

    ``interval_ms`` is the scrape interval of the job and how often we ask. ``lag_ms``: only samples at least this old
    are read, so that no page is taken while the server is still writing it (a local Prometheus shows a scrape whole or
    not at all; behind remote write it arrives piece by piece: use 15,000 or more there); ``adapts_lag``: it becomes
    LATE_SERIES_LAG_MS for a server that needs it. ``settle_ms``: for this long
    an absent scrape is looked for again before the search moves on. ``chunk_ms`` and ``most_samples`` bound one query,
    ``most_samples_back`` one of a backfill (0: as ``most_samples``).
    ``gauges`` are read beside what the metric map names. ``data_centers`` maps instances to data centers; an instance
    that is not in it takes the value of its ``data_center_label``, else ``data_center``, else its own name.
    ``parameters`` go with every question (Thanos: ``dedup``), ``headers`` too (Mimir: ``X-Scope-OrgID``).
    """

    name: str
    url: str
    job: str
    interval_ms: int = 15_000
    timeout_s: float = 10.0
    lag_ms: int = LAG_MS
    adapts_lag: bool = False
    settle_ms: int = 60_000
    births: Births = Births.PROCESS
    data_centers: Mapping[str, str] = field(default_factory=dict)
    data_center: str = ""
    data_center_label: str = "data_center"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunk_ms: int = 3_600_000
    most_samples: int = 250_000
    most_samples_back: int = 0
    gauges: tuple[str, ...] = ("lending_bad_loan_ratio",)
    access: Access = field(default_factory=Access)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def most_back(self) -> int:
        """How many samples one question of a backfill may ask for."""
        return self.most_samples_back or self.most_samples

    def client(self, *, patience_s: float, wait: Callable[[float], object] = time.sleep) -> PrometheusClient:
        """A client of this server (see PrometheusClient). Raises NoAccess."""
        return PrometheusClient(
            self.url,
            timeout_s=self.timeout_s,
            headers=self.headers,
            parameters=self.parameters,
            access=self.access,
            patience_s=patience_s,
            wait=wait,
        )

    def source(self, labels: Mapping[str, str]) -> Source:
        """The source that an instance is, from the labels of its ``up`` series.

        Its id is "<name>/<data center>" when one configured instance has that data center to itself, else
        "<name>/<instance>": it depends on the configuration alone, never on who happens to be up.
        """
        instance = labels["instance"]
        mapped = self.data_centers.get(instance)
        alone = mapped is not None and list(self.data_centers.values()).count(mapped) == 1
        data_center = mapped or labels.get(self.data_center_label) or self.data_center or instance
        return Source(f"{self.name}/{mapped if alone else instance}", KIND, data_center, self.interval_ms)

    def names(self, mapping: MetricMap) -> list[str]:
        """Metrics to ask for: what the map names, the extra gauges, and births when they are wanted."""
        births = [f"{name.removesuffix('_total').removesuffix('_count')}_created" for name in mapping.counters]
        wanted = [*mapping.metrics, *self.gauges]
        return wanted + births if self.births is Births.CREATED else wanted
