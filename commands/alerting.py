"""Alerting as the configuration wants it: objectives, policy, desk, channels."""

from __future__ import annotations

import os
from collections.abc import Callable

from alerts.evaluating.notifying import NotifySetting
from alerts.evaluating.setting import AlertSetting, slots_kept_s
from alerts.kinds.capacity import AskRoom, Room
from alerts.kinds.facts import Estate
from alerts.notify.building import Surroundings, heartbeat_poster, outlets_of
from alerts.notify.errors import BadChannel
from alerts.service import AlertService
from commands.errors import refusing
from commands.objectives import objectives, sliced_objectives
from commands.options import Configuration
from commands.probing import targets
from reports.peaks.capacity import headroom_p95, read_capacity
from settings import SettingsError, alerts_path, load_kinds
from store.memory import MemoryStore
from store.port import Reader, Store


def alert_service(
    chosen: Configuration, store: Store, owner: str = "", told: Callable[[], None] = lambda: None
) -> AlertService:
    """Not started yet. ``told``: called when alerts were written. Raises CommandError with the first defect of what it
    is made from."""
    timing = chosen.settings.lease.timing()
    return AlertService(store, alert_setting(chosen), notify_setting(chosen), owner=owner, timing=timing, told=told)


def alert_setting(chosen: Configuration) -> AlertSetting:
    """What is evaluated, and how. Raises CommandError."""
    settings, catalog = chosen.settings, chosen.catalog
    slos = objectives(chosen)
    with refusing(SettingsError):
        kinds = load_kinds(alerts_path(chosen.path, settings))
    retention = settings.kept()
    estate = Estate(
        products=tuple(product.id for product in catalog.products),
        slos=slos,
        zone=catalog.zone,
        retention=retention,
        sources=frozenset(source.id for source in settings.sources),
        probes=frozenset(target.probe.key for target in targets(chosen)),
        history=settings.history.span() if settings.history else None,
        sliced=sliced_objectives(chosen),
        room=_room_of(chosen),
    )
    desk = settings.desk.policy(chosen.policy)
    return AlertSetting(catalog, chosen.policy, slos, estate, slots_kept_s(retention), kinds, desk)


def _room_of(chosen: Configuration) -> AskRoom:
    """Proven capacity and headroom, as `app.py capacity` says them."""
    catalog, policy, kinds = chosen.catalog, chosen.settings.capacity.policy(), chosen.kinds

    def ask(reader: Reader, now_ms: int) -> Room:
        view = read_capacity(reader, now_ms, catalog.zone, len(catalog.data_centers), policy, kinds=kinds)
        proven = view.proven
        return Room(
            None if proven is None else proven.proof.per_second,
            None if proven is None else proven.expires_at_ms,
            headroom_p95(view, lost=False),
            headroom_p95(view, lost=True),
        )

    return ask


def notify_setting(chosen: Configuration) -> NotifySetting:
    """Who is told. Secrets are read later, by whoever sends."""
    notify = chosen.settings.notify
    folder = chosen.path.parent
    heartbeat = None if notify.heartbeat is None else notify.heartbeat.spec(folder)
    return NotifySetting(chosen.catalog, os.environ, notify.specs(folder), heartbeat, notify.links())


def channel_faults(chosen: Configuration) -> list[str]:
    """Why channels and the heartbeat cannot be made from the configuration, one line for each."""
    setting = notify_setting(chosen)
    around = Surroundings(setting.environment, setting.catalog, MemoryStore(chosen.catalog.zone), setting.base_url)
    made, faults = outlets_of(setting.channels, around)
    for outlet in made:
        outlet.channel.close()
    told = [str(fault) for fault in faults]
    if setting.heartbeat is not None:
        try:
            heartbeat_poster(setting.heartbeat, setting.environment).close()
        except BadChannel as fault:
            told.append(str(fault))
    return told
