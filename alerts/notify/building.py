"""Makes channels from what the configuration says; the only place where secrets are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.notify.channels.alertmanager import AlertmanagerChannel
from alerts.notify.channels.automation import AutomationChannel
from alerts.notify.channels.chat import SCHEMES, ChatChannel
from alerts.notify.channels.webhook import WebhookChannel
from alerts.notify.errors import BadChannel, NotifyError
from alerts.notify.ledger import LedgerStore
from alerts.notify.message import Channel
from alerts.notify.outlet import Outlet, Wants
from alerts.notify.pacing import RateLimit
from alerts.notify.picking import Manner
from alerts.notify.rendering import Renderer
from alerts.notify.wording import read_wording
from outgoing.errors import BadSecret
from outgoing.posting import Poster
from outgoing.redaction import Redactor
from outgoing.secrets import SecretPlace
from slo.catalog import Catalog

WEBHOOK, AUTOMATION, ALERTMANAGER = "webhook", "automation", "alertmanager"
KINDS = (ALERTMANAGER, WEBHOOK, AUTOMATION, *SCHEMES)
_MANNERS = {ALERTMANAGER: Manner.BULK, AUTOMATION: Manner.SINGLE}
_ALERTS_PATH = "/api/v2/alerts"


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One channel of the configuration. ``address``: as text when it is no secret, else where it is; ``secret``: what
    signs. ``resend_ms``: Alertmanager alone; ``dry_run``: automation alone."""

    name: str
    kind: str
    address: str | SecretPlace
    secret: SecretPlace | None = None
    language: str = "zh"
    wants: Wants = field(default_factory=Wants)
    limit: RateLimit = field(default_factory=lambda: RateLimit(5, 3_000))
    give_up_ms: int = 6 * 3_600_000
    resend_ms: int = 60_000
    dry_run: bool = True


@dataclass(frozen=True, slots=True)
class HeartbeatSpec:
    """Where a sign of life goes and how often."""

    address: str | SecretPlace
    every_seconds: int
    method: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What channels are made within. ``environment``: variables that secrets are read from."""

    environment: Mapping[str, str]
    catalog: Catalog
    store: LedgerStore
    base_url: str = ""


def outlets_of(specs: Sequence[ChannelSpec], around: Surroundings) -> tuple[list[Outlet], list[NotifyError]]:
    """Every channel that can be made, and why the others cannot."""
    made: list[Outlet] = []
    faults: list[NotifyError] = []
    for spec in specs:
        try:
            made.append(outlet_of(spec, around))
        except BadChannel as fault:
            faults.append(fault)
    return made, faults


def outlet_of(spec: ChannelSpec, around: Surroundings) -> Outlet:
    """One channel. Raises BadChannel."""
    renderer = Renderer(read_wording(spec.language), around.catalog, around.base_url)
    try:
        channel = _channel(spec, around, renderer)
    except BadSecret as fault:
        raise BadChannel(spec.name, str(fault)) from None
    return Outlet(
        name=spec.name,
        kind=spec.kind,
        channel=channel,
        renderer=renderer,
        wants=spec.wants,
        limit=spec.limit,
        manner=_MANNERS.get(spec.kind, Manner.PEOPLE),
        give_up_ms=spec.give_up_ms,
        once=spec.kind == AUTOMATION,
        automation=spec.kind == AUTOMATION,
    )


def _channel(spec: ChannelSpec, around: Surroundings, renderer: Renderer) -> Channel:
    address = revealed(spec.address, around.environment)
    if spec.kind in SCHEMES:
        return ChatChannel(spec.name, spec.kind, address, renderer.words("body.cut"))
    _refuse_other_schemes(spec.name, address)
    if spec.kind == ALERTMANAGER:
        url = address.rstrip("/").removesuffix(_ALERTS_PATH) + _ALERTS_PATH
        poster = Poster(url, Redactor([address]))
        return AlertmanagerChannel(spec.name, poster, around.store, resend_ms=spec.resend_ms)
    if spec.secret is None:
        raise BadChannel(spec.name, "has no secret to sign with; give secret_env or secret_file")
    secret = spec.secret.read(around.environment).reveal()
    redactor = Redactor([address, secret])
    if spec.kind == AUTOMATION:
        return AutomationChannel(Poster(address, redactor, reuse=False), secret, dry_run=spec.dry_run)
    return WebhookChannel(Poster(address, redactor), secret)


def heartbeat_poster(spec: HeartbeatSpec, environment: Mapping[str, str]) -> Poster:
    """What sends the heartbeat. Raises BadChannel."""
    try:
        address = revealed(spec.address, environment)
    except BadSecret as fault:
        raise BadChannel("heartbeat", str(fault)) from None
    _refuse_other_schemes("heartbeat", address)
    return Poster(address, Redactor([address]))


def revealed(address: str | SecretPlace, environment: Mapping[str, str]) -> str:
    """The address itself. Raises BadSecret."""
    return address if isinstance(address, str) else address.read(environment).reveal()


def _refuse_other_schemes(name: str, address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise BadChannel(name, "its address does not begin with http:// or https://; correct it where it is kept")
