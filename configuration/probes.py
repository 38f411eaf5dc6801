"""What the configuration says of synthetic probes and of the places that they run from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from configuration.types import Identifier, Strict, Url
from store.probes import Probe

HERE = "here"
"""The vantage point of a configuration that names none."""
LONGEST_LIMIT_MS = 60_000


def _checked_address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an IP address of this machine; write for example 10.1.2.3") from error
    return text


def _checked_proxy(text: str) -> str:
    if not re.fullmatch(r"http://[^\s/@]+/?", text):
        raise ValueError("write http://host:port, without a user or password: it would end up in logs")
    return text


class VantageSettings(Strict):
    """A place that probes run from: which own address, or which proxy, its requests take."""

    id: Identifier
    source_address: Annotated[str, AfterValidator(_checked_address)] | None = None
    proxy: Annotated[str, AfterValidator(_checked_proxy)] | None = None


class ProbeSettings(Strict):
    """One probe from one vantage point. The same id may stand once for each vantage point."""

    id: Identifier
    product: Identifier | None = None
    data_center: Identifier | None = None
    url: Url
    expect_status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(default=(200,), min_length=1)
    expect_text: str = Field(default="", max_length=1000)
    interval_seconds: int = Field(default=5, ge=1, le=3600)
    limit_ms: int = Field(default=1000, ge=1, le=LONGEST_LIMIT_MS)
    vantage: Identifier = HERE
    ca_file: str | None = None

    @model_validator(mode="after")
    def _a_run_ends_before_the_next(self) -> ProbeSettings:
        if self.limit_ms > self.interval_seconds * 1000:
            raise ValueError(
                f"limit_ms {self.limit_ms} is longer than interval_seconds {self.interval_seconds};"
                " a run would meet the next one"
            )
        return self

    def probe(self) -> Probe:
        """The store's name for this probe."""
        return Probe(self.id, self.vantage, self.product or "", self.data_center or "", self.interval_seconds * 1000)


def refuse_repeated(vantages: Sequence[VantageSettings], probes: Sequence[ProbeSettings]) -> None:
    """Raises ValueError when a name would mean two things."""
    for name, seen in Counter(vantage.id for vantage in vantages).items():
        if seen > 1:
            raise ValueError(f"vantage id {name!r} is used {seen} times; give each place its own id")
    for (probe, vantage), seen in Counter((probe.id, probe.vantage) for probe in probes).items():
        if seen > 1:
            raise ValueError(f"probe id {probe!r} is used {seen} times from vantage {vantage!r}; keep one of each")


def refuse_unknown_vantages(vantages: Sequence[VantageSettings], probes: Sequence[ProbeSettings]) -> None:
    """Raises ValueError when a probe runs from a place that is not listed; without a list any name will do."""
    known = {vantage.id for vantage in vantages}
    for probe in probes:
        if known and probe.vantage not in known:
            raise ValueError(
                f"probe {probe.id!r} runs from vantage {probe.vantage!r}; known: {', '.join(sorted(known))}"
            )
