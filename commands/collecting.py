"""The collectors of a configuration: started, changed while they run, ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence

from collectors.duplicates import Claims
from collectors.errors import CollectorError
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.probes.prober import Prober
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from commands.errors import refusing
from commands.metering import Metering
from commands.options import Configuration
from commands.probing import targets
from commands.prometheus import prometheus_sources
from settings import ExpositionSettings
from store.leadership import Leadership
from store.port import Store

LONGEST_GOODBYE_S = 3.0
SPOOL = "spool"


class Collecting:
    """Everything that one `collect` reads and probes. ``vantages``: whose probes it runs, all when empty.

    Raises CommandError.
    """

    def __init__(
        self,
        chosen: Configuration,
        store: Store,
        leadership: Leadership,
        probes: Prober,
        vantages: Collection[str] = (),
    ) -> None:
        self.store = store
        self._chosen = chosen
        self._leadership = leadership
        self._vantages = vantages
        self._probes = probes
        self._direct = exposition(chosen, store, leadership, prune=True)
        self._claims = Claims(store, [source.id for source in chosen.settings.sources])
        self._servers = [(one, self._reader(one, chosen)) for one in prometheus_sources(chosen)]
        self._metering = Metering(chosen, store, self.leads)
        self._probes_only = False

    def start(self, *, probes_only: bool = False) -> None:
        """Begins; ``probes_only`` reads no source."""
        self._probes_only = probes_only
        self._probes.start()
        if probes_only:
            return
        self._leadership.start()
        self._direct.start()
        for _, server in self._servers:
            server.start()
        self._metering.start()

    def change(self, chosen: Configuration) -> None:
        """From the next ticks on collects what another configuration says. Not beside ``start`` or ``stop``.

        Raises CommandError or CollectorError, with nothing changed.
        """
        probed = targets(chosen, self._vantages)
        meant = (chosen.mapping, chosen.catalog.outcomes) != (self._chosen.mapping, self._chosen.catalog.outcomes)
        servers = prometheus_sources(chosen)
        kept = [each for each in self._servers if not meant and each[0] in servers]
        stay = [config for config, _ in kept]
        made = [(one, self._reader(one, chosen)) for one in servers if one not in stay]
        sources = exposition_sources(chosen)
        self._metering.change(chosen)
        self._probes.change(probed)
        if self._probes_only:
            return
        self._leadership.change([source.id for source in chosen.settings.sources])
        self._claims.follow([source.id for source in chosen.settings.sources])
        self._direct.change(sources, chosen.mapping, chosen.catalog.outcomes, chosen.settings.kept())
        gone = [server for config, server in self._servers if config not in stay]
        self._chosen, self._servers = chosen, [*kept, *made]
        end_all([server.stop for server in gone])
        for _, server in made:
            server.start()

    def _reader(self, server: PrometheusConfig, chosen: Configuration) -> PrometheusCollector:
        return prometheus(server, chosen, self.store, self._leadership, self._claims)

    def leads(self) -> dict[str, bool]:
        """Every configured source, and whether this process reads it."""
        names = [source.id for source in self._chosen.settings.sources]
        return {name: self._leadership.token(name) is not None for name in names}

    def stop(self) -> None:
        """Ends all of it."""
        end_all(
            [self._metering.stop, self._probes.stop, self._direct.stop, *(server.stop for _, server in self._servers)]
        )


def exposition(chosen: Configuration, store: Store, leadership: Leadership, *, prune: bool) -> ExpositionCollector:
    """What reads pages directly, not started yet."""
    sources, outcomes = exposition_sources(chosen), chosen.catalog.outcomes
    return ExpositionCollector(
        sources,
        store,
        chosen.mapping,
        outcomes,
        retention=chosen.settings.kept() if prune else None,
        leadership=leadership,
        spool=chosen.data / SPOOL if isinstance(chosen.store, str) else None,  # a file's disk is the spool's own
    )


def exposition_sources(chosen: Configuration) -> list[ExpositionSource]:
    """Pages that are read directly."""
    return [ExpositionSource(s.source(), s.url) for s in chosen.settings.sources if isinstance(s, ExpositionSettings)]


def prometheus(
    server: PrometheusConfig, chosen: Configuration, store: Store, leadership: Leadership, claims: Claims
) -> PrometheusCollector:
    """What reads one server, not started yet. Raises CommandError."""
    with refusing(CollectorError):
        return PrometheusCollector(
            server, store, chosen.mapping, chosen.catalog.outcomes, leadership=leadership, claims=claims
        )


def end_all(parts: Sequence[Callable[[], object]]) -> None:
    """All at the same time. What waits for somebody else's answer for longer is left: it has written nothing yet, and
    its lease is given back, so that it never will."""
    threads = [threading.Thread(target=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LONGEST_GOODBYE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
