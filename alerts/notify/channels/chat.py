"""DingTalk, WeCom, Feishu, Slack, mail and PagerDuty, through Apprise.

What Apprise calls sent is believed only when the service's own answer says so too: DingTalk, WeCom and Feishu refuse
with HTTP 200 and an error code inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import requests

from alerts.model import Severity
from alerts.notify.channels.witness import WITNESS, quiet_library, watch
from alerts.notify.errors import BadChannel
from alerts.notify.limits import LIMITS, shortened
from alerts.notify.message import Message, Receipt
from outgoing.errors import PermanentFault, SendFault, TemporaryFault
from outgoing.posting import fault_of, refuse_status
from outgoing.redaction import Redactor, shown_address

if TYPE_CHECKING:
    import apprise

SCHEMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "dingtalk": frozenset({"dingtalk"}),
        "wecom": frozenset({"wecombot"}),
        "feishu": frozenset({"feishu"}),
        "slack": frozenset({"slack"}),
        "mail": frozenset({"mailto", "mailtos"}),
        "pagerduty": frozenset({"pagerduty"}),
    }
)
"""Kind of a channel -> schemes of the Apprise addresses that it takes."""
_NATIVE = (
    (re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]+)"), "dingtalk://{0}/"),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]+)/?"), "feishu://{0}/"),
)
"""Addresses as the service shows them that Apprise does not take as they are (WeCom's and Slack's it does)."""
_BUSY = frozenset({-1, 9499, 11232, 45009, 130101, 410100, 99991400})
"""Error codes inside HTTP 200 that mean "too fast" or "busy"; every other one is a refusal."""
_TYPES: Mapping[Severity, str] = MappingProxyType(
    {Severity.NOTICE: "INFO", Severity.TICKET: "WARNING", Severity.PAGE: "FAILURE", Severity.CALL: "FAILURE"}
)
"""As Apprise calls them."""


class ChatChannel:
    """One Apprise service. ``kind``: key of SCHEMES; ``cut``: words that say that a message was shortened."""

    def __init__(self, name: str, kind: str, address: str, cut: str) -> None:
        """Raises BadChannel for an address that is none of this kind; the address itself is never told."""
        self._kind = kind
        self._cut = cut
        self._redactor = Redactor((address, apprise_address(address)))
        self.service: Any = _service(name, kind, apprise_address(address))
        """The Apprise service; tests point it at a server of their own."""
        self.service.request_rate_per_sec = 0  # the dispatcher's limit holds; Apprise would sleep in ours

    def send(self, message: Message) -> Receipt:
        """One message, shortened to what the service takes. Raises TemporaryFault or PermanentFault."""
        title, body = shortened(message.title, message.body, LIMITS[self._kind], self._cut)
        if self._kind == "pagerduty":
            self._tie(message)
        WITNESS.forget()
        library = _library()
        kind = library.NotifyType["SUCCESS" if message.ended else _TYPES[message.severity]]
        taken = self.service.notify(title=title, body=body, notify_type=kind, body_format=library.NotifyFormat.TEXT)
        return self._judged(bool(taken))

    def close(self) -> None:
        """Nothing is kept open."""

    def _tie(self, message: Message) -> None:
        """PagerDuty opens, updates and resolves one incident per group."""
        self.service.action = "map"
        groups = {notice.group for notice in message.notices}
        self.service.dedup = groups.pop() if len(groups) == 1 and "" not in groups else message.id

    def _judged(self, taken: bool) -> Receipt:
        answer, fault = WITNESS.answer, WITNESS.fault
        if fault is not None:
            raise fault_of(fault, _address_of(fault), self._redactor)
        if answer is not None:
            said = self._redactor(answer.text[:2000])
            refuse_status(answer, said, shown_address(answer.url))
            refuse_code(answer, said)
        if not taken:
            raise self._lost()
        return Receipt("" if answer is None else said)

    def _lost(self) -> SendFault:
        cause = "; ".join(dict.fromkeys(WITNESS.logged)) or "it did not say why"
        return TemporaryFault(f"{self._kind}: not taken: {self._redactor(cause)}", ambiguous=True)


def _address_of(fault: requests.RequestException) -> str:
    request = fault.request
    return shown_address(request.url) if request is not None and request.url else "the service"


def refuse_code(answer: requests.Response, said: str) -> None:
    """Raises a fault for an error code inside an answer of HTTP 200."""
    try:
        content = answer.json()
    except ValueError:
        return
    if not isinstance(content, dict):
        return
    code = next((content[name] for name in ("errcode", "code", "StatusCode") if name in content), 0)
    if code in (0, "0", None):
        return
    text = f"{shown_address(answer.url)}: refused: {said}"
    raise TemporaryFault(text) if code in _BUSY else PermanentFault(text)


def apprise_address(address: str) -> str:
    """An address as Apprise takes it; one that the service shows to people is translated."""
    for pattern, template in _NATIVE:
        if found := pattern.fullmatch(address):
            return template.format(*found.groups())
    return address


def _schemes(service: apprise.NotifyBase) -> set[str]:
    found: set[str] = set()
    for given in (service.protocol, service.secure_protocol):
        found |= {given} if isinstance(given, str) else set(given or ())
    return found


def _library() -> Any:
    import apprise  # noqa: PLC0415  a tenth of a second and 10 MB, for those who have such a channel

    return apprise


def _service(name: str, kind: str, address: str) -> Any:
    quiet_library()
    made = _library().Apprise.instantiate(address)
    if made is None:
        raise BadChannel(name, f"its address is no address of {kind}; docs/notifications.md shows one")
    schemes = _schemes(made)
    if not schemes & SCHEMES[kind]:
        raise BadChannel(name, f"its address is one of {min(schemes)}, not of {kind}; correct kind or address")
    watch(type(made).__module__)
    return made
