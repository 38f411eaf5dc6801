"""What an account costs in IT: the figure with its definition, thirteen months, the bridge, who bears what, what-if.
Painted by ``assets/costs_*.js``."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/costs"
TITLE = word_key("costs.title")
RIGHT = Right.SEE_COSTS
ASSETS = ("vendor/", *SHARED_ASSETS, "load.", "costs.", "load_1_", "range_", "costs_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("costs", "/costs", words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
