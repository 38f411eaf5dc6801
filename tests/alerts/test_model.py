"""Words of alerting: identities that survive a trip through text, and which subject holds which."""

from __future__ import annotations

import pytest

from alerts.model import AlertKey, Level, Subject

BANK = Subject(Level.BANK)
PRODUCT = Subject(Level.PRODUCT, "weilidai")
CELL = Subject(Level.CELL, "weilidai", "dc3")
DCN = Subject(Level.DCN, "weilidai", "dc3", "d07")


@pytest.mark.parametrize(
    "key",
    [
        AlertKey("cliff", CELL, "weilidai-availability"),
        AlertKey("fast", BANK, "bank"),
        AlertKey("leak", DCN),
        AlertKey("unknown", Subject(Level.SOURCE, other="http://127.0.0.1:8101/metrics")),
    ],
)
def test_an_identity_survives_a_trip_through_text(key: AlertKey) -> None:
    """Journals, addresses and automation name alerts by this text."""
    assert AlertKey.parse(key.id) == key


@pytest.mark.parametrize(
    ("text", "said"), [("", "values to unpack"), ("cliff", "values to unpack"), ("cliff:moon:a:b:c:d:e", "moon")]
)
def test_text_that_is_no_identity_is_refused(text: str, said: str) -> None:
    """A level that does not exist, or too few parts."""
    with pytest.raises(ValueError, match=said):
        AlertKey.parse(text)


@pytest.mark.parametrize(
    ("parent", "child", "holds"),
    [
        (BANK, PRODUCT, True),
        (BANK, BANK, False),
        (PRODUCT, CELL, True),
        (PRODUCT, DCN, True),
        (CELL, DCN, True),
        (CELL, PRODUCT, False),
        (PRODUCT, Subject(Level.CELL, "weyedai", "dc3"), False),
        (Subject(Level.DATA_CENTER, data_center="dc3"), CELL, True),
        (Subject(Level.DATA_CENTER, data_center="dc4"), CELL, False),
        (Subject(Level.SOURCE, other="dc3"), CELL, False),
    ],
)
def test_a_parent_holds_what_is_inside_it(parent: Subject, child: Subject, holds: bool) -> None:
    """What inhibition goes by."""
    assert parent.holds(child) is holds
