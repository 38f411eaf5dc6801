"""What tests of sending share: somebody who listens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alerts.notify.parts import Door, door


@pytest.fixture
def at_the_door() -> Iterator[Door]:
    """Somebody who listens on loopback."""
    with door() as here:
        yield here
