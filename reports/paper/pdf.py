"""A paper as PDF: A4, tagged (PDF/UA-1), fonts embedded, the same bytes for the same paper in every process.

WeasyPrint needs libraries and a font of the system. It is imported on demand, so that the product runs without them.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterable
from typing import Any

from reports.paper.charts import FAMILY
from reports.paper.errors import MissingPart
from reports.paper.model import Paper
from reports.paper.page import page
from reports.patience import patient_collector

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
VARIANT = "pdf/ua-1"

_one_at_a_time = threading.Lock()
"""A large report takes some 250 MB while it is drawn; two at once would take twice that."""


def pdf(paper: Paper) -> bytes:
    """Draws a paper.

    :raises MissingPart: a library or the font is not installed.
    """
    require(LIBRARIES)
    with _one_at_a_time, patient_collector():
        return _drawn(paper)


def require(libraries: Iterable[str]) -> None:
    """Looks for the libraries before WeasyPrint does, which prints to standard output what it misses."""
    missing = [name for name in libraries if not _loads(name)]
    if missing:
        raise MissingPart(missing)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


class CutFonts(dict[int, Any]):
    """Fonts of a document without the copy of the whole file (20 MB each) that WeasyPrint makes of every one: all that
    it writes is the part that it cuts out at the end, from the file itself."""

    def __setitem__(self, key: int, font: Any) -> None:
        font.file_content = b""
        super().__setitem__(key, font)

    @property
    def is_cut(self) -> bool:
        """Whether there is something to write of every font file."""
        return {font.hash for font in self.values()} == {font.hash for font in self.values() if font.file_content}


def _drawn(paper: Paper) -> bytes:
    document = _laid_out(paper)
    fonts = document.fonts = CutFonts()
    content: bytes = document.write_pdf(pdf_variant=VARIANT)
    if not fonts.is_cut:  # a font that cannot be cut is written whole
        document = _laid_out(paper)
        content = document.write_pdf(pdf_variant=VARIANT)
    _require_font(document)
    return content


def _laid_out(paper: Paper) -> Any:
    """A document of WeasyPrint, every page in its place."""
    import weasyprint  # noqa: PLC0415  needs libraries of the system; everything but a PDF works without

    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=())
    return weasyprint.HTML(string=page(paper), url_fetcher=fetcher).render(pdf_variant=VARIANT)


def _require_font(document: Any) -> None:
    """A substitute for the whole text would print boxes and break lines elsewhere; one for a rare sign is welcome."""
    families = {font.family for font in document.fonts.values()}
    if FAMILY not in families:
        raise MissingPart([f"font {FAMILY}"])
