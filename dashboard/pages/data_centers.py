"""Data centers beside each other: balance, state and availability by product, failovers, N-1, DCNs.

Painted by ``assets/centers_*.js`` from ``/api/v1/data-centers``.
"""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/data-centers"
TITLE = word_key("centers.title")
RIGHT = Right.SEE
ASSETS = (*SHARED_ASSETS, "availability.", "load.", "rooms.", "range_", "chart_1_", "load_1_", "centers_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("centers", PATH, words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
