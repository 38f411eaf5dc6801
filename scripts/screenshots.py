"""Takes the pictures of README.md and of the guides, in both languages, of a demo with a past.

usage: scripts/screenshots.py [URL] [NAME...]   (without a URL a demo is started, and ended; names: only these pictures)
"""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_BYTES = 150_000
WIDE, PHONE = (1600, 900), (390, 844)
LANGUAGES = ("zh", "en")
SETTLE_MS = 3000
TRIES = 20
DAYS = 420
FILLED_WITHIN_S = 900.0
READ_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Picture:
    """``path``: address; ``wait_for``: what must be there before the picture is taken; ``size``: in px."""

    path: str
    wait_for: str
    size: tuple[int, int] = WIDE


PICTURES = {
    "wall": Picture("/", "#wall:not(.is-waiting)", (1920, 1080)),
    "guide": Picture("/?guide=1", "#guide-kill", (1920, 1080)),
    "availability": Picture("/availability", "#content table, #content [role=grid]"),
    "product": Picture("/product/weilidai", ".funnel-step"),
    "data-centers": Picture("/data-centers", "#matrix table"),
    "alerts": Picture("/alerts", ".alert"),
    "incidents": Picture("/incidents", ".incident"),
    "slo": Picture("/slo", ".objective"),
    "load-runs": Picture("/load-runs", "#content > *"),
    "peaks": Picture("/peaks", "#facts .load-figure"),
    "capacity": Picture("/capacity", "#content .panel"),
    "costs": Picture("/costs", "#content table"),
    "reports": Picture("/reports", "#content button"),
    "data-quality": Picture("/data-quality", ".rooms-source"),
    "settings": Picture("/settings?q=retention", ".rooms-file"),
    "wall-phone": Picture("/", "#wall:not(.is-waiting)", PHONE),
    "alerts-phone": Picture("/alerts", ".alert", PHONE),
}


def main() -> None:
    """Writes docs/images/NAME-LANGUAGE.png."""
    given = sys.argv[1:]
    url = next((each for each in given if "://" in each), "")
    names = [each for each in given if "://" not in each] or list(PICTURES)
    IMAGES.mkdir(parents=True, exist_ok=True)
    if url:
        take(url.rstrip("/"), names)
        return
    with demo() as started:
        take(started, names)


def take(url: str, names: list[str]) -> None:
    """Calm pictures first; then something is broken, so that alerts and incidents have something to show."""
    calm = [each for each in names if not each.startswith(("alerts", "incidents", "guide"))]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name in calm:
            photograph(browser, url, name)
        rest = [each for each in names if each not in calm]
        if rest:
            break_something(url)
        for name in rest:
            photograph(browser, url, name)
        browser.close()


def photograph(browser: Browser, url: str, name: str) -> None:
    """One page in every language."""
    picture = PICTURES[name]
    width, height = picture.size
    for language in LANGUAGES:
        page = browser.new_page(viewport={"width": width, "height": height}, locale=language)
        mark = "&" if "?" in picture.path else "?"
        page.goto(f"{url}{picture.path}{mark}lang={language}")
        page.wait_for_selector(picture.wait_for, timeout=60_000)
        path = IMAGES / f"{name}-{language}.png"
        path.write_bytes(steady(page, url))
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes\n")
        page.close()


def steady(page: Page, url: str) -> bytes:
    """A picture with every source fresh before and after: a busy machine is late now and then."""
    for _ in range(TRIES):
        until(lambda: all_fresh(url), READ_WITHIN_S, "every data center is read")
        page.wait_for_timeout(SETTLE_MS)
        taken = page.screenshot()
        if all_fresh(url):
            break
    return small(taken)


def small(taken: bytes) -> bytes:
    """A picture of few colors, at most MOST_BYTES: first fewer colors, then fewer pixels."""
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    for scale, colors in ((1.0, 64), (1.0, 32), (0.8, 32), (0.6, 32), (0.5, 16)):
        scaled = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.LANCZOS)
        found = io.BytesIO()
        scaled.quantize(colors, dither=Image.Dither.NONE).save(found, "PNG", optimize=True)
        if found.tell() <= MOST_BYTES:
            break
    return found.getvalue()


def break_something(url: str) -> None:
    """A product fails in one data center; the pictures show what becomes of it."""
    body = {"by": "screenshots", "kind": "fail", "data_center": "dc4", "product": "weilidai", "seconds": 120}
    request = urllib.request.Request(  # noqa: S310  the demo that we were told of
        f"{url}/api/v1/demo/break", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310  the same
    time.sleep(8)


@contextmanager
def demo() -> Iterator[str]:
    """A demo with a past, whose every data center is being read; ended afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, str(ROOT / "app.py"), "--port", "0", "--data", folder, "--history", str(DAYS)]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        try:
            url = announced(process)
            until(lambda: all_fresh(url), READ_WITHIN_S, "every data center is read")
            until(lambda: filled(url), FILLED_WITHIN_S, "the simulated past is there")
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def announced(process: subprocess.Popen[str]) -> str:
    """The address that a demo prints."""
    for text in process.stdout or ():
        if "http://" in text:
            return text.split()[-1].rstrip("/")
    raise SystemExit("the demo did not start; run: python app.py --port 0")


def all_fresh(url: str) -> bool:
    """Whether every source is."""
    sources = asked(url)["sources"]
    return bool(sources) and all(each["state"] == "fresh" for each in sources)


def filled(url: str) -> bool:
    """Whether all of the simulated past is there."""
    simulated = asked(url)["simulated"]
    return bool(simulated) and float(simulated["progress"]) >= 1


def asked(url: str) -> Any:
    """The snapshot."""
    with urllib.request.urlopen(f"{url}/api/v1/snapshot", timeout=10) as answer:  # noqa: S310  our own demo
        return json.loads(answer.read())


def until(holds: Callable[[], bool], within_s: float, what: str) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
