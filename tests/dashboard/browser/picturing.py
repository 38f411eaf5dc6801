"""Golden pictures of the wall: what stands where in which words and colors, and a small picture of all of it.

Two comparisons, because fonts and edges differ between machines: *facts* (words, colors and shapes exactly, panels
within ``BOX_PX``), and *pictures* by the mean color of tiles (``TILE_PX`` of the screen), where letters are averaged
out and a missing panel, a wrong ground or a lost hatch are not.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "pictures"
KEPT = 4
"""A golden picture is so many times smaller than the screen."""
TILE_PX = 40
TILE_DIFFERS = 28
"""Mean of a tile, one channel of 0 to 255: beyond this it looks different."""
MOST_TILES = 4
"""So many of the 1,296 tiles of a screen may differ: a line of text that breaks elsewhere."""
BOX_PX = 14
MOVING = ".clock, #pulse, #stale-age, #calm-age, .source .age, .entry .since, .beat, #strip-since, #stale-last"
"""What changes with every second."""
READ = """() => {
  const visible = (each) => each && each.checkVisibility({ visibilityProperty: true });
  const look = (element) => {
    if (!visible(element)) return null;
    const style = getComputedStyle(element);
    return { text: element.children.length ? null : element.textContent, ink: style.color,
      ground: style.backgroundColor, hatched: style.backgroundImage.includes("gradient"),
      border: style.borderTopStyle };
  };
  const box = (element) => {
    const at = element.getBoundingClientRect();
    return [at.left, at.top, at.width, at.height].map(Math.round);
  };
  const shown = (selector) => [...document.querySelectorAll(selector)].filter(visible);
  const words = (selector) => shown(selector).map((each) => each.textContent);
  const panels = ["#stale", ".top", "#strip", ".tiles", "#matrix", "#attention", "#curve", ".sources", "#waiting"];
  const ids = ["stale-words", "strip-sign", "strip-word", "strip-label", "strip-what", "strip-owner", "strip-next",
    "rolling-value", "rolling-verdict", "today-value", "budget-value", "transactions-value", "cost-value",
    "curve-now", "calm-text", "waiting-reason", "fold"];
  const ticks = "#curve-plot .xtick text, #curve-plot .ytick text";
  return {
    panels: Object.fromEntries(panels.map((name) => [name, document.querySelector(name)])
      .filter(([, element]) => visible(element)).map(([name, element]) => [name, box(element)])),
    places: Object.fromEntries(ids.map((id) => [id, look(document.getElementById(id))])),
    strip: look(document.querySelector(".strip-sign")),
    wall: getComputedStyle(document.getElementById("wall")).filter,
    title: document.title.replace(/[0-9]+/g, "n"),
    products: words("#matrix-body tr:not([hidden]) .name"),
    attention: words(".entry .where"),
    legend: words(".legend-item"),
    curve: [...words(ticks), shown("#curve-plot .scatterlayer .trace").length],
    cells: shown("#matrix-body .cell").map((each) => [each.id.replace("cell/", ""),
      each.getAttribute("aria-label"), getComputedStyle(each).backgroundColor]),
  };
}"""
STILL = """moving => { for (const each of document.querySelectorAll(moving)) each.style.visibility = "hidden"; }"""


def facts(page: Page, first: str = "") -> dict[str, Any]:
    """What stands where, in which words and colors; right after a statement, before anything is painted anew."""
    found: dict[str, Any] = page.evaluate(f"() => {{ {first}; return ({READ})(); }}")
    return found


def picture(page: Page) -> Image.Image:
    """The screen, ``KEPT`` times smaller, without what moves."""
    page.evaluate(STILL, MOVING)
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    return taken.resize((taken.width // KEPT, taken.height // KEPT), Image.Resampling.BOX)


def keep(name: str, found: dict[str, Any], image: Image.Image) -> None:
    """Writes the golden facts and picture of a state anew."""
    FOLDER.mkdir(exist_ok=True)
    lines = [f" {json.dumps(part)}: {_lined(value)}" for part, value in found.items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    image.quantize(64, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", "PNG", optimize=True)


def _lined(value: object) -> str:
    """One line for each entry of a list or mapping, so that a change can be read."""
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {json.dumps(each, ensure_ascii=False)}" for key, each in value.items()]
        return "{\n  " + ",\n  ".join(rows) + "\n }"
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in value) + "\n ]"
    return json.dumps(value, ensure_ascii=False)


def differences(name: str, found: dict[str, Any], image: Image.Image) -> list[str]:
    """In what a wall differs from its golden facts and picture; empty when it looks the same."""
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [*_facts_differ(golden, found), *pictures_differ(kept_picture(name), image)]


def kept_picture(name: str) -> Image.Image:
    """The golden picture of a state."""
    with Image.open(FOLDER / f"{name}.png") as kept:
        return kept.convert("RGB")


def _facts_differ(golden: dict[str, Any], found: dict[str, Any]) -> list[str]:
    said = [
        f"{part} {key}: {was!r}, now {now!r}"
        for part in sorted((golden.keys() | found.keys()) - {"panels"})
        for key, was, now in _pairs(golden.get(part), found.get(part))
        if was != now
    ]
    return said + [
        f"panel {name}: {was}, now {now}"
        for name, was, now in _pairs(golden["panels"], found["panels"])
        if was is None or now is None or any(abs(a - b) > BOX_PX for a, b in zip(was, now, strict=True))
    ]


def _pairs(golden: object, found: object) -> list[tuple[object, Any, Any]]:
    if isinstance(golden, dict) and isinstance(found, dict):
        return [(key, golden.get(key), found.get(key)) for key in golden | found]
    return [("", golden, found)]


def pictures_differ(golden: Image.Image, image: Image.Image) -> list[str]:
    """How many tiles of two pictures look different, in a line; empty when they are alike."""
    if golden.size != image.size:
        return [f"picture of {golden.size}, now {image.size}"]
    tiles = (image.width * KEPT // TILE_PX, image.height * KEPT // TILE_PX)
    differ = ImageChops.difference(_tiled(golden, tiles), _tiled(image, tiles))
    beyond = [
        (at % tiles[0] * TILE_PX, at // tiles[0] * TILE_PX, pixel)
        for at, pixel in enumerate(zip(*(band.tobytes() for band in differ.split()), strict=True))
        if max(pixel) > TILE_DIFFERS
    ]
    return [f"{len(beyond)} tiles look different, the first at {beyond[0]}"] if len(beyond) > MOST_TILES else []


def _tiled(image: Image.Image, tiles: tuple[int, int]) -> Image.Image:
    return image.resize(tiles, Image.Resampling.BOX)
