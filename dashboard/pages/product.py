"""One product: its journey steps as a funnel, data centers side by side, budget, alerts, incidents.

Painted by ``assets/product_*.js`` from the API.
"""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/product/<id>"
TITLE = word_key("product.title")
RIGHT = Right.SEE
ASSETS = (*SHARED_ASSETS, "availability.", "range_", "chart_", "availability_1_", "product_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("product", "/availability", words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
