"""Takes the README's pictures of the running demo. usage: scripts/screenshots.py [URL]"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = {
    "wall-en": ("?lang=en", 1920, 1080),
    "wall-zh": ("?lang=zh", 1920, 1080),
    "wall-phone": ("?lang=en", 390, 844),
    "alerts-en": ("alerts?lang=en", 1920, 1080),
    "alerts-phone": ("alerts?lang=zh", 390, 844),
    "incidents-en": ("incidents?lang=en", 1920, 1080),
    "slo-en": ("slo?lang=en", 1920, 1080),
}
SETTLE_MS = 6000


def main() -> None:
    """Writes docs/images/*.png."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050/"
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, (query, width, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(url + query)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
