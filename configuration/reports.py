"""Section ``reports``: which report goes to whom and when, and through which mail server."""

from __future__ import annotations

import re
from collections import Counter
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from configuration.types import Identifier, Strict, Url, Variable, Zone, secret_place
from reports.delivery.model import HOUR_MS, Delivery, FolderTo, MailTo, Plan, Smtp, Target, WebhookTo
from reports.delivery.period import Unit
from reports.delivery.schedule import LAST, Every, Schedule
from slo.windows import SHANGHAI

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_BUSINESS_DAY = 15
"""Any month has so many business days but one with a long Spring Festival: it runs on its last one."""
_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_LENGTH = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}
_USUAL = {Every.BUSINESS_DAY: Unit.DAY}
_MONDAY = -7
_DAY_MINUTES = 1440
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no mail address; write name@host with ASCII letters alone")
    return text


def _sender(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line's end or another character that does not print; keep it in one line")
    _address(parseaddr(text)[1])
    return text


def _day(given: object) -> object:
    """A weekday as -7 (Monday) to -1, a day of the month as 1 to 31, ``last`` as 31."""
    if given in WEEKDAYS:
        return WEEKDAYS.index(str(given)) + _MONDAY
    if given == "last":
        return LAST
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= LAST:
        return given
    raise ValueError(f"{given!r} is no day; write 1 to 31, last, or a weekday such as monday")


def _business_day(given: object) -> object:
    if given == "last":
        return LAST
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= MOST_BUSINESS_DAY:
        return given
    raise ValueError(f"{given!r} is no business day of a month; write 1 to {MOST_BUSINESS_DAY}, or last")


def _minute(given: object) -> object:
    """YAML reads 18:30 without quotes as 18 x 60 + 30, which is the minute of the day; 08:00 it leaves as it is."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < _DAY_MINUTES:
        return given
    if isinstance(given, str) and _CLOCK.fullmatch(given):
        hour, minute = given.split(":")
        return int(hour) * 60 + int(minute)
    raise ValueError(f"{given!r} is no time of day; write 08:00")


MailAddress = Annotated[str, AfterValidator(_address)]


class WhenSettings(Strict):
    """When a delivery runs: ``every`` day, business_day, week (its ``day`` is a weekday), month, quarter or year (a
    ``day`` of the first month, or a ``business_day`` of it); ``at`` a time of day in ``zone``."""

    every: Literal["day", "business_day", "week", "month", "quarter", "year"]
    day: Annotated[int, BeforeValidator(_day)] | None = None
    business_day: Annotated[int, BeforeValidator(_business_day)] | None = None
    at: Annotated[int, BeforeValidator(_minute)] = 8 * 60
    zone: Zone = SHANGHAI

    @model_validator(mode="after")
    def _the_day_fits(self) -> WhenSettings:
        if self.every in {"day", "business_day"}:
            if self.day is not None or self.business_day is not None:
                raise ValueError(f"every {self.every} has neither day nor business_day; take them out")
        elif self.every == "week":
            if self.day is None or self.day >= 0 or self.business_day is not None:
                raise ValueError(f"every week needs day: one of {', '.join(WEEKDAYS)}, and no business_day")
        elif (self.day is None) == (self.business_day is None) or (self.day or LAST) < 0:
            raise ValueError(f"every {self.every} needs exactly one of day (1 to 31, or last) or business_day")
        return self

    def schedule(self, about: Unit) -> Schedule:
        """The same as the room computes with."""
        weekly = self.every == "week" and self.day is not None
        return Schedule(
            every=Every(self.every),
            about=about,
            minute=self.at,
            zone=self.zone,
            weekday=self.day - _MONDAY if weekly and self.day is not None else 0,
            day=1 if weekly else self.day or 1,
            business_day=self.business_day or 0,
        )


class MailToSettings(Strict):
    """Recipients."""

    to: tuple[MailAddress, ...] = Field(min_length=1, max_length=100)
    cc: tuple[MailAddress, ...] = Field(default=(), max_length=100)


class ToSettings(Strict):
    """One way out or several: mail, a webhook (with its secret), a folder."""

    smtp: MailToSettings | None = None
    webhook: Url | None = None
    secret_env: Variable | None = None
    secret_file: Path | None = None
    folder: Path | None = None

    @model_validator(mode="after")
    def _it_goes_somewhere(self) -> ToSettings:
        if self.smtp is None and self.webhook is None and self.folder is None:
            raise ValueError("goes nowhere; give smtp, webhook or folder")
        secrets = [each for each in (self.secret_env, self.secret_file) if each is not None]
        if self.webhook is not None and len(secrets) != 1:
            raise ValueError("a webhook needs exactly one of secret_env or secret_file to sign with")
        if self.webhook is None and secrets:
            raise ValueError("secret_env and secret_file sign what a webhook posts, and there is no webhook")
        return self

    def targets(self, folder: Path) -> tuple[Target, ...]:
        """The same as the room sends to; files are relative to ``folder``."""
        made: list[Target] = []
        if self.smtp is not None:
            made.append(MailTo(self.smtp.to, self.smtp.cc))
        if self.webhook is not None:
            made.append(WebhookTo(self.webhook, secret_place(self.secret_env, self.secret_file, folder)))
        if self.folder is not None:
            made.append(FolderTo(folder / self.folder))
        return tuple(made)


class DeliverySettings(Strict):
    """One report, again and again. ``period``: what it is about, the last one that is over (usually as long as
    ``every``)."""

    id: Identifier
    kind: Literal["availability", "incidents", "peaks", "costs"]
    period: Literal["day", "week", "month", "quarter", "year"] | None = None
    formats: tuple[Literal["pdf", "xlsx", "csv", "json", "html"], ...] = Field(default=("pdf",), min_length=1)
    language: Literal["zh", "en"] = "zh"
    products: tuple[Identifier, ...] = ()
    when: WhenSettings
    to: ToSettings

    @field_validator("products", mode="before")
    @classmethod
    def _all_or_some(cls, given: object) -> object:
        if given == "all":
            return ()
        if not given or isinstance(given, str):
            raise ValueError("is neither all nor a list of products; write all, or [weilidai]")
        return given

    @field_validator("formats", "products")
    @classmethod
    def _nothing_twice(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(given)) != len(given):
            raise ValueError("has one twice; keep one of each")
        return given

    @model_validator(mode="after")
    def _each_run_tells_something_new(self) -> DeliverySettings:
        every, about = self._unit(Every(self.when.every)), self._about()
        if _LENGTH[about] > _LENGTH[every]:
            raise ValueError(
                f"period {about.value} is longer than every {self.when.every}: the same report would come again and "
                f"again; use period {every.value} or a rarer run"
            )
        return self

    def delivery(self, folder: Path) -> Delivery:
        """The same as the room sends."""
        return Delivery(
            id=self.id,
            kind=self.kind,
            language=self.language,
            formats=self.formats,
            schedule=self.when.schedule(self._about()),
            targets=self.to.targets(folder),
            products=self.products,
        )

    def _about(self) -> Unit:
        return Unit(self.period) if self.period else self._unit(Every(self.when.every))

    @staticmethod
    def _unit(every: Every) -> Unit:
        return _USUAL.get(every) or Unit(every.value)


class SmtpSettings(Strict):
    """The mail server that reports go through. ``from``: an address, maybe with a name before it."""

    host: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]*$|^::1$")
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    user: str = ""
    password_env: Variable | None = None
    password_file: Path | None = None
    sender: Annotated[str, AfterValidator(_sender)] = Field(alias="from")
    timeout_seconds: int = Field(default=30, ge=1, le=300)

    @model_validator(mode="after")
    def _nothing_is_said_in_the_open(self) -> SmtpSettings:
        given = [each for each in (self.password_env, self.password_file) if each is not None]
        if self.user and len(given) != 1:
            raise ValueError("a user needs exactly one of password_env or password_file")
        if given and not self.user:
            raise ValueError("a password without a user; give user")
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError(f"tls: none would send reports and passwords in the open to {self.host}; use starttls")
        if self.tls == "none" and self.ca_file is not None:
            raise ValueError("ca_file without TLS; take it out, or use starttls")
        return self

    def smtp(self, folder: Path) -> Smtp:
        """The same as the room uses it; files are relative to ``folder``."""
        return Smtp(
            host=self.host,
            port=self.port or _PORTS[self.tls],
            tls=self.tls,
            sender=self.sender,
            user=self.user,
            password=secret_place(self.password_env, self.password_file, folder) if self.user else None,
            ca_file=None if self.ca_file is None else folder / self.ca_file,
            timeout_seconds=self.timeout_seconds,
        )


class ReportsSettings(Strict):
    """The section as a whole."""

    deliveries: tuple[DeliverySettings, ...] = ()
    smtp: SmtpSettings | None = None
    catch_up_days: int = Field(default=7, ge=1, le=366)
    give_up_hours: int = Field(default=48, ge=1, le=720)

    @model_validator(mode="after")
    def _deliveries_are_told_apart(self) -> ReportsSettings:
        for name, seen in Counter(each.id for each in self.deliveries).items():
            if seen > 1:
                raise ValueError(f"delivery id {name!r} is used {seen} times; give each delivery its own id")
        mailed = next((each.id for each in self.deliveries if each.to.smtp is not None), None)
        if mailed is not None and self.smtp is None:
            raise ValueError(
                f"delivery {mailed!r} goes by mail and there is no mail server; add smtp beside deliveries"
            )
        return self

    def plan(self, folder: Path, zone: str) -> Plan:
        """The same as the room works with; files are relative to ``folder``. ``zone``: of the bank's days."""
        return Plan(
            deliveries=tuple(each.delivery(folder) for each in self.deliveries),
            smtp=None if self.smtp is None else self.smtp.smtp(folder),
            zone=zone,
            catch_up_days=self.catch_up_days,
            give_up_ms=self.give_up_hours * HOUR_MS,
        )

    def unknown_products(self, products: frozenset[str]) -> list[str]:
        """One line for each product that a delivery names and the catalog does not know."""
        known = ", ".join(sorted(products))
        return [
            f"reports delivery {each.id!r}: product {name!r} is not in the catalog; known: {known}"
            for each in self.deliveries
            for name in each.products
            if name not in products
        ]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
