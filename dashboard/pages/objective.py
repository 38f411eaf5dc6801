"""One objective: burn-down of its budget, every tier against its threshold. Painted by ``assets/objective_*.js``."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/slo/<id>"
TITLE = word_key("slo.one")
RIGHT = Right.SEE
ASSETS = ("vendor/", *SHARED_ASSETS, "range_", "slo_", "objective_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("objective", "/slo", words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
