"""What axe-core finds on an open page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
TAGS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


def found_by_axe(page: Page) -> list[str]:
    """Serious findings, one line each: rule, how many, the first place."""
    violations = Axe().run(page, options=TAGS).response["violations"]
    return [
        f"{each['id']} x{len(each['nodes'])}: {each['nodes'][0]['target']} {each['nodes'][0]['any'][:1]}"
        for each in violations
        if each["impact"] in SERIOUS
    ]
