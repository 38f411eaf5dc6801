"""Channels of the process that evaluates: made and started when it gets the lease, ended when it gives it back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alerts.notify.building import ChannelSpec, HeartbeatSpec, Surroundings, heartbeat_poster, outlets_of
from alerts.notify.dispatcher import ChannelStatus, Dispatcher
from alerts.notify.errors import BadChannel
from alerts.notify.heartbeat import Heartbeat
from alerts.notify.ledger import Ledger
from alerts.notify.outlet import Outlet
from slo.catalog import Catalog
from store.port import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NotifySetting:
    """``environment``: variables that secrets are read from; ``base_url``: what links in messages begin with."""

    catalog: Catalog
    environment: Mapping[str, str]
    channels: Sequence[ChannelSpec] = ()
    heartbeat: HeartbeatSpec | None = None
    base_url: str = ""


class Notifier:
    """One term of sending. ``alive``: whether fresh data are being evaluated, which is what the heartbeat says."""

    def __init__(self, store: Store, setting: NotifySetting, owner: str, alive: Callable[[], bool]) -> None:
        around = Surroundings(setting.environment, setting.catalog, store, setting.base_url)
        made, faults = outlets_of(setting.channels, around)
        self.outlets: tuple[Outlet, ...] = tuple(made)
        self._faults = [str(fault) for fault in faults]
        self._dispatcher = Dispatcher(made, Ledger(store, owner))
        self._heartbeat = self._beating(setting, alive)
        for fault in self._faults:
            log.error("%s; nothing is sent over it", fault)

    @property
    def fault(self) -> str:
        """Why something cannot be sent, in one line; empty when all is well."""
        beat = "" if self._heartbeat is None else self._heartbeat.fault
        return "; ".join(each for each in (*self._faults, self._dispatcher.fault, beat) if each)

    def start(self) -> None:
        """Begins to send what waits in the ledger."""
        self._dispatcher.start()
        if self._heartbeat is not None:
            self._heartbeat.start()

    def wake(self) -> None:
        """New deliveries were written."""
        self._dispatcher.wake()

    def stop(self) -> None:
        """Ends sending; what waits goes on waiting in the ledger."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._dispatcher.stop()

    def status(self) -> list[ChannelStatus]:
        """Every channel, in the order of the configuration."""
        return self._dispatcher.status()

    def oldest_due_ms(self) -> int | None:
        """Since when the delivery that waits longest waits; None when none does."""
        return min((each.oldest_ms for each in self.status() if each.oldest_ms is not None), default=None)

    def _beating(self, setting: NotifySetting, alive: Callable[[], bool]) -> Heartbeat | None:
        spec = setting.heartbeat
        if spec is None:
            return None
        try:
            poster = heartbeat_poster(spec, setting.environment)
        except BadChannel as fault:
            self._faults.append(str(fault))
            return None
        return Heartbeat(poster, every_seconds=spec.every_seconds, alive=alive, method=spec.method)
