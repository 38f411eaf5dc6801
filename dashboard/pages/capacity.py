"""What the estate is proven to carry: the proof and when it expires, the room above peaks of today and to come, also
with one data center lost, the day on which it runs out, and the runs that say so. Painted by ``assets/capacity_*``."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/capacity"
TITLE = word_key("capacity.page")
RIGHT = Right.SEE
ASSETS = ("vendor/", *SHARED_ASSETS, "load.", "load_1_", "peaks.", "capacity_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("peaks", PATH, words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
