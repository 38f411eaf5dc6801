"""Availability of every product over time: matrix, heat map, timeline, down to the minute, data center and DCN.

Painted by ``assets/availability_*.js`` from ``/api/v1/availability``.
"""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/availability"
TITLE = word_key("avail.title")
RIGHT = Right.SEE
ASSETS = ("early_availability", *SHARED_ASSETS, "availability.", "range_", "chart_", "availability_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("availability", PATH, words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
