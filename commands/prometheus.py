"""From the configuration of a Prometheus source to what its collector takes."""

from __future__ import annotations

from pathlib import Path

from collectors.prometheus.access import Access, Secret
from collectors.prometheus.config import LAG_MS, MOST_SAMPLES_BACK, Births, PrometheusConfig
from commands.options import Configuration
from configuration.prometheus import AuthSettings, PrometheusSettings


def prometheus_sources(chosen: Configuration) -> list[PrometheusConfig]:
    """Every Prometheus source of a configuration."""
    return [prometheus_config(one) for one in chosen.settings.sources if isinstance(one, PrometheusSettings)]


def prometheus_config(server: PrometheusSettings) -> PrometheusConfig:
    """The same as the collector takes it."""
    return PrometheusConfig(
        name=server.id,
        url=server.url,
        job=server.job,
        interval_ms=server.scrape_seconds * 1000,
        timeout_s=server.timeout_seconds,
        lag_ms=LAG_MS if server.lag_seconds is None else round(server.lag_seconds * 1000),
        adapts_lag=server.lag_seconds is None,
        settle_ms=server.settle_seconds * 1000,
        births=Births(server.births),
        data_centers=server.data_centers,
        data_center=server.data_center or "",
        data_center_label=server.data_center_label,
        headers=server.all_headers(),
        chunk_ms=server.chunk_seconds * 1000,
        most_samples=server.most_samples,
        most_samples_back=0 if "most_samples" in server.model_fields_set else MOST_SAMPLES_BACK,
        gauges=server.gauges,
        access=_access(server),
        parameters=server.parameters,
    )


def _access(server: PrometheusSettings) -> Access:
    auth = server.auth or AuthSettings.model_construct()
    return Access(
        bearer=_secret(auth.bearer_env, auth.bearer_file),
        basic_user=auth.basic_user or "",
        basic_password=_secret(auth.basic_password_env, auth.basic_password_file),
        ca_file=server.tls.ca_file,
        client_certificate=server.tls.client_certificate,
        client_key=server.tls.client_key,
        insecure=server.tls.insecure,
    )


def _secret(env: str | None, file: Path | None) -> Secret | None:
    if env is not None:
        return Secret(env=env)
    return None if file is None else Secret(file=file)
