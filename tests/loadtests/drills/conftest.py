"""A whole estate of a drill's own, shared by the drills of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loadtests.drills.estate import OwnEstate


@pytest.fixture(scope="session")
def own_estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnEstate]:
    """Books and six data centers."""
    estate = OwnEstate(tmp_path_factory.mktemp("drill"))
    try:
        estate.start()
        yield estate
    finally:
        estate.stop()
