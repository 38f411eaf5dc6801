"""What is configured and from which line, who runs, who may do what; nothing can be changed here.

Painted by ``assets/settings_*.js`` from ``/api/v1/settings``.
"""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import Words, word_key
from dashboard.pages.desk import SHARED_ASSETS, DeskIds, screen
from slo.catalog import Catalog

PATH = "/settings"
TITLE = word_key("settings.title")
RIGHT = Right.ADMINISTER
ASSETS = (*SHARED_ASSETS, "availability.", "load.", "rooms.", "load_1_", "settings_")


class Ids(DeskIds):
    """The frame's ids; everything inside is built by the script."""


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    del catalog
    return screen("settings", PATH, words(TITLE), words, demo=demo)


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
