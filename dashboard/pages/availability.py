"""Availability of every product over time: matrix, heat map, timeline, down to the minute, data center and DCN.

Painted by ``assets/availability_*.js`` from ``/api/v1/availability``.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

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


def asked_first(query: Mapping[str, str]) -> str | None:
    """Address of the matrix that a viewer's address shows when it says no stretch of its own; None for any other. The
    document tells browsers to ask for it before they read anything else; ``availability_4_run.js`` asks the same."""
    if (
        query.get("from")
        or query.get("last", "13M") not in ("", "13M")
        or query.get("step", "month") not in ("", "month")
    ):
        return None
    product, center = query.get("product", ""), query.get("data_center", "")
    by = ("dcn" if center else "data_center") if product else "product"
    wanted = {"step": "month", "by": by, "product": product, "data_center": center}
    return "/api/v1/availability/grid?" + urlencode({name: value for name, value in wanted.items() if value})


def register_callbacks(app: dash.Dash) -> None:
    """No callbacks: figures never become an input of Dash, whose undo history would keep them all."""
