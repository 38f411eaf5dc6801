"""The catalog keeps the order that the operator gave."""

from __future__ import annotations

from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import OutcomeTable

FIVE_NINES = Objective.parse("99.999")


def test_products_and_data_centers_keep_their_order() -> None:
    catalog = Catalog(
        version="1",
        products=(Product("weyedai", {"en": "WeYeDai"}, FIVE_NINES), Product("identity", {"en": "Id"}, FIVE_NINES)),
        data_centers=(DataCenter("dc2", {"en": "DC 2"}), DataCenter("dc1", {"en": "DC 1"})),
        outcomes=OutcomeTable("1", {}),
        objective=FIVE_NINES,
        zone="Asia/Shanghai",
    )
    assert [product.id for product in catalog.products] == ["weyedai", "identity"]
    assert [data_center.id for data_center in catalog.data_centers] == ["dc2", "dc1"]
