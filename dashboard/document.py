"""The HTML document around the screens: language, theme, page data and the banner of a screen that is not current.

The banner stands outside of what Dash renders, so that it also speaks when the layout never arrives.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import quote

from dashboard import theme
from dashboard.language import Words, word_key
from dashboard.reporting.kinds import KINDS
from slo.catalog import Catalog

OF_PLOTLY = (
    '<template id="plotly.js-style-global" class="no-inline-styles"></template>'
    '<template id="9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"></template>'
)
"""In the places where Plotly would put style elements, which the Content-Security-Policy forbids: its rules stand in
``assets/vendor``, and those of maps are not needed."""
PAGE_DATA_ID = "page-data"
OF_THE_SERVER = ("topic.",)
"""Words that no script says: search answers with them."""
ICON = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#12414F"/>'
    '<path d="M7 17l6 6L25 9" fill="none" stroke="#F2F6FB" stroke-width="4" stroke-linecap="round"/></svg>'
)


@dataclass(frozen=True, slots=True)
class WatchTimes:
    """How the wall polls, and when it calls itself stale; milliseconds.

    ``stale_ms`` is the age of the last new sequence beyond which no figure may look current; ``asleep_ms`` the jump of
    the wall clock against the monotonic one that tells a sleep.
    """

    poll_ms: int = 1_000
    abort_ms: int = 4_000
    stale_ms: int = 10_000
    asleep_ms: int = 2_000
    curve_ms: int = 60_000
    curve_retry_ms: int = 5_000


def page_data(catalog: Catalog, words: Words, times: WatchTimes, viewer: Mapping[str, object] | None = None) -> str:
    """What the script must know before its first poll, as JSON that is safe inside a script element. ``viewer``: who is
    logged in, None where nobody is asked."""
    data = {
        "language": words.language.id,
        "tag": words.language.tag,
        "large_units": words.language.large_units,
        "messages": {key: text for key, text in words.messages.items() if not key.startswith(OF_THE_SERVER)},
        "states": _looks(theme.STATES, words),
        "source_states": _looks(theme.SOURCE_STATES, words),
        "verdicts": _looks(theme.VERDICTS, words),
        "accounts": _accounts(words),
        "surfaces": dict(theme.SURFACES),
        "products": [product.id for product in catalog.products],
        "data_centers": [data_center.id for data_center in catalog.data_centers],
        "names": {
            **{product.id: dict(product.names) for product in catalog.products},
            **{data_center.id: dict(data_center.names) for data_center in catalog.data_centers},
        },
        "severities": _looks(theme.SEVERITIES, words),
        "report_kinds": {each.name: {"spans": each.periods, "products": each.most_products} for each in KINDS.values()},
        "load_verdicts": _looks(theme.LOAD_VERDICTS, words),
        "time_zone": catalog.zone,
        "times": asdict(times),
        "viewer": viewer,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _looks(looks: Mapping[str, theme.Look], words: Words) -> dict[str, dict[str, str]]:
    return {name: {"glyph": look.glyph, "word": words(look.word)} for name, look in looks.items()}


def _accounts(words: Words) -> dict[str, str]:
    keys = {
        "registered": word_key("accounts.registered"),
        "open": word_key("accounts.open"),
        "active": word_key("accounts.active"),
    }
    return {name: words(key) for name, key in keys.items()}


@dataclass(frozen=True, slots=True)
class DashParts:
    """The HTML fragments that Dash wants in its document. ``first``: scripts that run in the head (theme, first
    questions), so that nothing flashes in the other theme. ``asked``: address of the first question, empty for none."""

    asked: str
    first: str
    metas: str
    css: str
    config: str
    scripts: str
    renderer: str


def _preload(address: str) -> str:
    """Browsers then ask for it before any script or style."""
    return f'<link rel="preload" as="fetch" crossorigin href="{html.escape(address)}">\n' if address else ""


def document(words: Words, title: str, data: str, parts: DashParts, theme_default: str = "auto") -> str:
    """The whole page in one language; ``data`` is what ``page_data`` made, ``theme_default`` one of CHOICES."""
    return f"""<!DOCTYPE html>
<html lang="{words.language.tag}" data-theme-default="{theme_default}">
<head>
{_preload(parts.asked)}{parts.metas}
<meta name="color-scheme" content="dark light">
<title>{html.escape(title)}</title>
<link rel="icon" href="{ICON}">
<style>{theme.css_variables()}</style>
{OF_PLOTLY}
{parts.first}
{parts.css}
</head>
<body>
<div id="stale" class="stale" hidden>
<span class="stale-mark" aria-hidden="true">▲</span>
<span id="stale-words" role="status" aria-live="assertive"></span>
<strong id="stale-age" aria-hidden="true"></strong>
<span id="stale-last"></span>
</div>
<div id="react-entry-point"><p class="loading">{html.escape(words("page.loading"))}</p></div>
<noscript><p class="loading">{html.escape(words("page.no_script"))}</p></noscript>
<script id="{PAGE_DATA_ID}" type="application/json">{data}</script>
<footer>
{parts.config}
{parts.scripts}
{parts.renderer}
</footer>
</body>
</html>"""
