"""What happens to incidents besides transitions of alerts, and the rules by which they are folded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from alerts.model import AlertKey, Transition

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Notified:
    """Somebody was told of alerts over a channel; ``state``: of what (firing, resolved, ...)."""

    at_ms: int
    keys: tuple[AlertKey, ...]
    channel: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person took an alert up."""

    at_ms: int
    key: AlertKey
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """A person said something of an alert."""

    at_ms: int
    key: AlertKey
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Drained:
    """A data center was taken out of service, by the automation hook or by a person (``actor``)."""

    at_ms: int
    data_center: str
    actor: str = ""


Fact: TypeAlias = Transition | Notified | Acknowledged | Noted | Drained


def default_id(at_ms: int, name: str) -> str:
    """``20261121-140318-dc3``: UTC second and what failed; the same after a replay."""
    stamp = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{name}"


@dataclass(frozen=True, slots=True)
class FoldingRules:
    """``reopen_minutes``: the same subject that fires again so soon after the restoration is the same incident.

    ``slo_runbooks`` and ``rule_runbooks``: addresses for people by objective and by rule.
    """

    reopen_minutes: int = 10
    slo_runbooks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rule_runbooks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    name: Callable[[int, str], str] = default_id

    @property
    def reopen_ms(self) -> int:
        """The same in milliseconds."""
        return self.reopen_minutes * MINUTE_MS

    def runbooks(self, keys: tuple[AlertKey, ...]) -> tuple[str, ...]:
        """Addresses for alerts, each once: that of the objective before that of the rule."""
        found = [
            address
            for key in keys
            for address in (self.slo_runbooks.get(key.slo, ""), self.rule_runbooks.get(key.rule, ""))
        ]
        return tuple(dict.fromkeys(address for address in found if address))
