"""Configuration of Prometheus-compatible sources: what is read, how the server is entered, how it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from configuration.types import Identifier, Strict, Url

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
MetricName = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")]
ParameterName = Annotated[str, Field(pattern=r"^[a-z_]+$")]

_TENANT = "X-Scope-OrgID"
_ASKED_BY_US = frozenset({"query", "time", "start", "end", "step"})


def _no_secret_header(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if name.lower() in {"authorization", "cookie", "proxy-authorization"}:
            raise ValueError(f"{name} is a secret; use auth (bearer_env, bearer_file, basic_user) instead")
    return headers


def _no_own_parameter(parameters: dict[str, str]) -> dict[str, str]:
    if taken := sorted(_ASKED_BY_US & parameters.keys()):
        raise ValueError(f"{taken[0]} is set by the collector itself; remove it")
    return parameters


class AuthSettings(Strict):
    """Who we are: a bearer token, or a user with a password; each secret from the environment or from a file."""

    bearer_env: EnvironmentName | None = None
    bearer_file: Path | None = None
    basic_user: HeaderValue | None = None
    basic_password_env: EnvironmentName | None = None
    basic_password_file: Path | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> AuthSettings:
        bearer = [name for name in (self.bearer_env, self.bearer_file) if name is not None]
        password = [name for name in (self.basic_password_env, self.basic_password_file) if name is not None]
        if self.basic_user is None:
            if len(bearer) != 1 or password:
                raise ValueError("give exactly one of bearer_env, bearer_file, or basic_user with its password")
            return self
        if bearer:
            raise ValueError("bearer and basic at once; keep one")
        if len(password) != 1:
            raise ValueError("basic_user needs exactly one of basic_password_env, basic_password_file")
        if ":" in self.basic_user:
            raise ValueError("basic_user may not contain a colon")
        return self


class TlsSettings(Strict):
    """Whom we trust: PEM files; ``insecure: true`` trusts anybody and is logged at every start."""

    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    insecure: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> TlsSettings:
        if self.insecure and self.ca_file is not None:
            raise ValueError("insecure and ca_file contradict each other; keep one")
        if self.client_key is not None and self.client_certificate is None:
            raise ValueError("client_key needs client_certificate")
        return self


class PrometheusSettings(Strict):
    """A Prometheus (or compatible) server whose raw samples are read; every target of the job becomes a source.

    ``data_centers``: instance -> data center, for targets that do not carry a ``data_center_label``; ``data_center``:
    that of all the others, when the server watches one data center. ``births`` says
    where counters' beginnings stand: in ``process_start_time_seconds`` alone, or in ``_created`` series too.
    ``lag_seconds``: unless given, what the kind of server needs.
    ``tenant`` is sent as X-Scope-OrgID (Mimir), ``parameters`` with every question (Thanos: ``dedup: "false"``).
    """

    id: Identifier
    kind: Literal["prometheus"]
    url: Url
    job: Identifier
    scrape_seconds: int = Field(default=15, ge=1, le=300)
    timeout_seconds: float = Field(default=10.0, gt=0, le=300)
    lag_seconds: float | None = Field(default=None, ge=0, le=3600)
    settle_seconds: int = Field(default=60, ge=1, le=86400)
    births: Literal["process", "created"] = "process"
    data_center: Identifier | None = None
    data_centers: dict[str, Identifier] = Field(default_factory=dict)
    data_center_label: MetricName = "data_center"
    gauges: tuple[MetricName, ...] = ("lending_bad_loan_ratio",)
    most_samples: int = Field(default=250_000, ge=100, le=50_000_000)
    chunk_seconds: int = Field(default=3600, ge=60, le=7 * 86400)
    tenant: HeaderValue | None = None
    headers: Annotated[dict[HeaderName, HeaderValue], AfterValidator(_no_secret_header)] = Field(default_factory=dict)
    parameters: Annotated[dict[ParameterName, str], AfterValidator(_no_own_parameter)] = Field(default_factory=dict)
    auth: AuthSettings | None = None
    tls: TlsSettings = TlsSettings()

    @model_validator(mode="after")
    def _no_secret_in_the_clear(self) -> PrometheusSettings:
        if self.url.startswith("http://") and self.tls != TlsSettings():
            raise ValueError("tls is given, but the url begins with http://; write https://")
        return self

    def all_headers(self) -> dict[str, str]:
        """Headers to send with every question."""
        return self.headers if self.tenant is None else {**self.headers, _TENANT: self.tenant}
