"""Daily peaks and records, what the next 28 days may bring, and what carries it. Painted by ``assets/peaks_*.js``."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/peaks"
TITLE = word_key("peaks.title")
RIGHT = Right.SEE
ASSETS = ("vendor/", *SHARED_ASSETS, "load.", "load_1_", "range_", "peaks")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("peaks", "/peaks", words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
