"""How a data center is lost and comes back: signals for what a process can suffer, the estate's faults for the rest.

No root is needed: blackhole, reset and refusal are done by the data center to its own line (docs/estate.md).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from loadtests.drills.errors import NoSuchDrill
from loadtests.drills.estate import OwnEstate

SLOW_MS = 2_000

Step = Callable[[OwnEstate, str, float], None]
"""What is done to a data center; the last argument is how long it is to last, in seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to lose a data center. ``restarts``: it comes back as a new process."""

    name: str
    about: str
    inject: Step
    restore: Step
    restarts: bool = False


def fault_named(name: str) -> Fault:
    """Raises NoSuchDrill."""
    if name not in FAULTS:
        raise NoSuchDrill(name, FAULTS)
    return FAULTS[name]


def _signalled(number: signal.Signals) -> Step:
    def send(estate: OwnEstate, name: str, _seconds: float) -> None:
        estate.signal(name, number)

    return send


def _injected(kind: str, **more: object) -> Step:
    def inject(estate: OwnEstate, name: str, seconds: float) -> None:
        estate.ask(name, "POST", "/faults", {"kind": kind, "seconds": seconds, **more})

    return inject


def _freeze_one_dcn(estate: OwnEstate, name: str, seconds: float) -> None:
    estate.ask(name, "POST", "/faults", {"kind": "freeze", "dcn": f"{name}-n01", "seconds": seconds})


def _nothing(_estate: OwnEstate, _name: str, _seconds: float) -> None:
    """The fault ends by time."""


def _started_again(estate: OwnEstate, name: str, _seconds: float) -> None:
    estate.until_ended(name)
    estate.start_data_center(name)


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("kill", "kill -9, started again", _signalled(signal.SIGKILL), _started_again, restarts=True),
        Fault("stop", "SIGSTOP, later SIGCONT: wakes up with all it had been sent", _signalled(signal.SIGSTOP),
              _signalled(signal.SIGCONT)),
        Fault("refuse", "nobody listens on its port", _injected("refuse"), _nothing),
        Fault("blackhole", "accepts and never answers", _injected("blackhole"), _nothing),
        Fault("slow", f"answers {SLOW_MS} ms late", _injected("latency", latency_ms=SLOW_MS), _nothing),
        Fault("reset", "cuts every connection with a TCP reset", _injected("reset"), _nothing),
        Fault("drain", "SIGTERM: finishes what it has and ends; started again", _signalled(signal.SIGTERM),
              _started_again, restarts=True),
        Fault("dcn", "one of its ten DCNs hangs", _freeze_one_dcn, _nothing),
    )
}  # fmt: skip

SOAK_KINDS = ("kill", "stop", "blackhole", "reset", "drain")
"""In the order in which a soak goes through them, again and again."""
