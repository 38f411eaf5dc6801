"""What a Prometheus reads of the service that evaluates alerts."""

from __future__ import annotations

import time
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from alerts.catalog_slos import slos_of_catalog
from alerts.evaluating.notifying import NotifySetting
from alerts.evaluating.setting import AlertSetting
from alerts.kinds.facts import Estate
from alerts.service import AlertService
from dashboard.alert_metrics import AlertCollector
from settings import load_catalog, load_policy
from store.memory import MemoryStore

CONFIG = Path(__file__).resolve().parents[2] / "config"


def test_a_scrape_says_who_evaluates_and_what_it_cost() -> None:
    """Age and lag are absent, not zero, before the first tick."""
    catalog, policy = load_catalog(CONFIG / "catalog.yaml"), load_policy(CONFIG / "alerts.yaml")
    slos = slos_of_catalog(catalog, policy)
    estate = Estate(tuple(product.id for product in catalog.products), slos)
    service = AlertService(
        MemoryStore(), AlertSetting(catalog, policy, slos, estate, 7200), NotifySetting(catalog, {}), owner="one"
    )
    registry = CollectorRegistry()
    registry.register(AlertCollector(service))
    before = generate_latest(registry).decode()
    assert "control_center_alert_leads 0.0" in before
    assert "tick_age" not in before
    service.start()
    try:
        deadline = time.monotonic() + 60
        while not service.work.ticks and time.monotonic() < deadline:
            time.sleep(0.01)
        after = generate_latest(registry).decode()
    finally:
        service.stop()
    assert "control_center_alert_leads 1.0" in after
    assert "control_center_alert_tick_age_seconds" in after
    assert "control_center_alert_failures_total 0.0" in after
