"""How good the data of every source are: age, completeness, clock, errors, gaps, and how to mend them.

Painted by ``assets/quality_*.js`` from ``/api/v1/data-quality``.
"""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/data-quality"
TITLE = word_key("quality.title")
RIGHT = Right.SEE
ASSETS = (*SHARED_ASSETS, "availability.", "load.", "rooms.", "range_", "chart_1_", "load_1_", "quality_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("quality", PATH, words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
