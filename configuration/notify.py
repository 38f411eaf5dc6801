"""Configuration of notification: channels, what each wants, how often, in which language; and the heartbeat."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alerts.model import Level, Severity
from alerts.notify.building import ALERTMANAGER, AUTOMATION, WEBHOOK, ChannelSpec, HeartbeatSpec
from alerts.notify.outlet import Wants
from alerts.notify.pacing import RateLimit
from configuration.types import Identifier, Strict, Url, Variable, secret_place
from outgoing.secrets import SecretPlace

Language = Literal["zh", "en"]
SeverityName = Literal["notice", "ticket", "page", "call"]
LevelName = Literal["bank", "product", "data_center", "product_data_center", "dcn", "source", "probe", "pipeline"]
CHATS = ("dingtalk", "wecom", "feishu", "slack", "mail", "pagerduty")
_PER_MINUTE_MS = 60_000


class WantsSettings(Strict):
    """What every channel may say about itself."""

    id: Identifier
    severity: SeverityName = "notice"
    levels: tuple[LevelName, ...] = ()
    products: tuple[Identifier, ...] = ()
    roles: tuple[Identifier, ...] = ()
    reminders: bool = True
    language: Language | None = None
    burst: int = Field(default=5, ge=1, le=1000)
    per_minute: int = Field(default=20, ge=1, le=6000)
    give_up_minutes: int = Field(default=360, ge=1, le=10_080)
    url_env: Variable | None = None
    url_file: Path | None = None

    def wants(self) -> Wants:
        """Which notices it is sent. A channel with roles answers to its own id too."""
        roles = {*self.roles, self.id} if self.roles else set()
        return Wants(
            severity=Severity[self.severity.upper()],
            levels=frozenset(map(Level, self.levels)),
            products=frozenset(self.products),
            roles=frozenset(roles),
            reminders=self.reminders,
        )

    def limit(self) -> RateLimit:
        """How often it may be used."""
        return RateLimit(self.burst, max(1, _PER_MINUTE_MS // self.per_minute))


class ChatSettings(WantsSettings):
    """A channel to people, through Apprise; its address is always a secret."""

    kind: Literal["dingtalk", "wecom", "feishu", "slack", "mail", "pagerduty"]

    @model_validator(mode="after")
    def _the_address_is_somewhere(self) -> ChatSettings:
        _refuse_not_one(self.kind, "url_env or url_file (the address is a secret)", self.url_env, self.url_file)
        return self

    def spec(self, folder: Path, language: Language) -> ChannelSpec:
        """The same as the room makes channels from; files are relative to ``folder``."""
        return ChannelSpec(
            name=self.id,
            kind=self.kind,
            address=secret_place(self.url_env, self.url_file, folder),
            language=self.language or language,
            wants=self.wants(),
            limit=self.limit(),
            give_up_ms=self.give_up_minutes * 60_000,
        )


class MachineSettings(WantsSettings):
    """A channel to a machine that speaks HTTP; its address may be written out when it is no secret."""

    url: Url | None = None

    @model_validator(mode="after")
    def _the_address_is_somewhere(self) -> MachineSettings:
        _refuse_not_one("the channel", "url, url_env or url_file", self.url, self.url_env, self.url_file)
        return self

    def address(self, folder: Path) -> str | SecretPlace:
        """The address, or where it is."""
        return self.url or secret_place(self.url_env, self.url_file, folder)


class AlertmanagerSettings(MachineSettings):
    """A Prometheus Alertmanager; one channel for each server of a cluster."""

    kind: Literal["alertmanager"]
    resend_seconds: int = Field(default=60, ge=1, le=600)

    def spec(self, folder: Path, language: Language) -> ChannelSpec:
        """The same as the room makes channels from."""
        return ChannelSpec(
            name=self.id,
            kind=ALERTMANAGER,
            address=self.address(folder),
            language=self.language or language,
            wants=self.wants(),
            give_up_ms=self.give_up_minutes * 60_000,
            resend_ms=self.resend_seconds * 1000,
        )


class SignedSettings(MachineSettings):
    """A channel that signs what it posts."""

    secret_env: Variable | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _the_secret_is_somewhere(self) -> SignedSettings:
        _refuse_not_one("the channel", "secret_env or secret_file to sign with", self.secret_env, self.secret_file)
        return self

    def secret(self, folder: Path) -> SecretPlace:
        """Where the secret is."""
        return secret_place(self.secret_env, self.secret_file, folder)


class WebhookSettings(SignedSettings):
    """Any address that takes signed JSON."""

    kind: Literal["webhook"]

    def spec(self, folder: Path, language: Language) -> ChannelSpec:
        """The same as the room makes channels from."""
        return ChannelSpec(
            name=self.id,
            kind=WEBHOOK,
            address=self.address(folder),
            secret=self.secret(folder),
            language=self.language or language,
            wants=self.wants(),
            limit=self.limit(),
            give_up_ms=self.give_up_minutes * 60_000,
        )


class AutomationSettings(SignedSettings):
    """A machine that drains a data center; says what it would do until ``dry_run: false``."""

    kind: Literal["automation"]
    dry_run: bool = True

    def spec(self, folder: Path, language: Language) -> ChannelSpec:
        """The same as the room makes channels from."""
        return ChannelSpec(
            name=self.id,
            kind=AUTOMATION,
            address=self.address(folder),
            secret=self.secret(folder),
            language=self.language or language,
            wants=self.wants(),
            give_up_ms=self.give_up_minutes * 60_000,
            dry_run=self.dry_run,
        )


class HeartbeatSettings(Strict):
    """A sign of life to somebody outside."""

    url: Url | None = None
    url_env: Variable | None = None
    url_file: Path | None = None
    every_seconds: int = Field(default=30, ge=1, le=3600)
    method: Literal["GET", "POST"] = "POST"

    @model_validator(mode="after")
    def _the_address_is_somewhere(self) -> HeartbeatSettings:
        _refuse_not_one("heartbeat", "url, url_env or url_file", self.url, self.url_env, self.url_file)
        return self

    def spec(self, folder: Path) -> HeartbeatSpec:
        """The same as the room uses it."""
        address = self.url or secret_place(self.url_env, self.url_file, folder)
        return HeartbeatSpec(address, self.every_seconds, self.method)


AnyChannel = Annotated[
    ChatSettings | AlertmanagerSettings | WebhookSettings | AutomationSettings, Field(discriminator="kind")
]
TAGS = frozenset({ALERTMANAGER, WEBHOOK, AUTOMATION, *CHATS})
"""What pydantic puts into the place of a defect beside keys and numbers."""


class NotifySettings(Strict):
    """Section ``notify``. ``base_url``: of the dashboard as people reach it, for links in messages."""

    base_url: Url | None = None
    language: Language = "zh"
    channels: tuple[AnyChannel, ...] = ()
    heartbeat: HeartbeatSettings | None = None

    @model_validator(mode="after")
    def _channels_are_told_apart(self) -> NotifySettings:
        for name, seen in Counter(channel.id for channel in self.channels).items():
            if seen > 1:
                raise ValueError(f"channel id {name!r} is used {seen} times; give each channel its own id")
        return self

    def specs(self, folder: Path) -> list[ChannelSpec]:
        """Every channel; files are relative to ``folder``."""
        return [channel.spec(folder, self.language) for channel in self.channels]

    def links(self) -> str:
        """What addresses in messages begin with, without a slash at the end; empty: no links."""
        return (self.base_url or "").rstrip("/")

    def unknown_products(self, products: frozenset[str]) -> list[str]:
        """One line for each product that a channel wants and the catalog does not know."""
        known = ", ".join(sorted(products))
        return [
            f"notify channel {channel.id!r}: product {name!r} is not in the catalog; known: {known}"
            for channel in self.channels
            for name in channel.products
            if name not in products
        ]


def _refuse_not_one(what: str, choice: str, *given: object) -> None:
    if sum(each is not None for each in given) != 1:
        raise ValueError(f"{what} needs exactly one of {choice}")
