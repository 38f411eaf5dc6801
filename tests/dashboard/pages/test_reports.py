"""The skeleton of the reports page: in both languages, in the menu of every screen beside the wall."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.factory import PAGES
from dashboard.language import LANGUAGES, Words, read_all_words
from dashboard.pages import reports, wall
from tests.dashboard.test_factory import SMALL


@pytest.fixture(params=list(LANGUAGES))
def words(request: pytest.FixtureRequest) -> Words:
    """Every language in turn."""
    return read_all_words()[request.param]


def links(part: object) -> Iterator[Component]:
    """Every link below a component."""
    if isinstance(part, html.A):
        yield part
    children = getattr(part, "children", None)
    for child in children if isinstance(children, list) else [children]:
        if child is not None:
            yield from links(child)


def test_every_screen_beside_the_wall_leads_to_it(words: Words) -> None:
    """In the language of the screen."""
    for page in PAGES:
        if page is not wall:
            found = {str(link.href) for link in links(page.layout(SMALL, words, demo=False))}
            assert f"/reports?lang={words.language.id}" in found, page.__name__


def test_it_is_the_same_skeleton_however_often_it_is_asked_for(words: Words) -> None:
    first, second = (reports.layout(SMALL, words, demo=True) for _ in range(2))
    assert first.to_plotly_json() is not second.to_plotly_json()
    assert str(first) == str(second)
    assert words("demo.label") in str(first)
    assert words("demo.label") not in str(reports.layout(SMALL, words, demo=False))
