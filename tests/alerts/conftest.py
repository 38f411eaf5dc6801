"""What tests of alerts share: the policy that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.policy import Policy
from settings import load_policy

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy of config/alerts.yaml."""
    return load_policy(CONFIG / "alerts.yaml")
