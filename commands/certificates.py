"""Signs of certificates: of every server that is read over TLS, by the authorities that the configuration trusts."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from commands.options import Configuration
from commands.signs import Sign, error, ok, warning
from configuration.prometheus import PrometheusSettings
from store.probes import tls_days_left

TIMEOUT_S = 3.0
FEW_DAYS_LEFT = 14
HTTPS_PORT = 443
RENEW = "renew it, or have it renewed"


def certificate_signs(chosen: Configuration, now_ms: int) -> Iterator[Sign]:
    """Each address once; plain HTTP has none. Probes tell of theirs themselves."""
    for url, (name, ca_file) in _addresses(chosen).items():
        yield _of_server(name, url, ca_file, now_ms)


def _addresses(chosen: Configuration) -> Mapping[str, tuple[str, Path | None]]:
    """https address -> whose it is, and the authority that is trusted for it."""
    found: dict[str, tuple[str, Path | None]] = {}
    for source in chosen.settings.sources:
        ca_file = source.tls.ca_file if isinstance(source, PrometheusSettings) else None
        found[source.url] = (f"source {source.id}", ca_file)
    oidc = chosen.settings.access.oidc
    if oidc is not None:
        found[oidc.issuer] = ("access.oidc.issuer", oidc.ca_file and chosen.path.parent / oidc.ca_file)
    return {url: whose for url, whose in found.items() if urlsplit(url).scheme == "https"}


def _of_server(name: str, url: str, ca_file: Path | None, now_ms: int) -> Sign:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        with (
            socket.create_connection((host, port), TIMEOUT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert()
    except ssl.SSLCertVerificationError as fault:
        return error("certificate", f"{name}: {host}:{port}: {fault.verify_message}", RENEW)
    except OSError as fault:
        return error(
            "certificate", f"{name}: {host}:{port}: {(fault.strerror or str(fault)).lower()}", "is it running?"
        )
    return judged(f"{name}: {host}:{port}", str((shown or {}).get("notAfter", "")), now_ms)


def judged(name: str, not_after: str, now_ms: int) -> Sign:
    """How long a certificate lasts. ``not_after`` as OpenSSL writes it; empty when it is not known."""
    left = tls_days_left(int(ssl.cert_time_to_seconds(not_after)), now_ms) if not_after else None
    if left is None:
        return warning("certificate", f"{name}: when it ends is not known")
    text = f"{name}: certificate ends in {left} days"
    return warning("certificate", text, RENEW) if left < FEW_DAYS_LEFT else ok("certificate", text)
