"""What keeps a report from being drawn.

PaperError
`- MissingPart   a library or font of the system is not installed
"""

from __future__ import annotations

from collections.abc import Sequence

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk")
"""Debian packages that a PDF needs."""


class PaperError(Exception):
    """Anything that keeps a report from being drawn."""


class MissingPart(PaperError):
    """A PDF cannot be drawn on this machine; every other format can. ``parts``: what was looked for and not found."""

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(
            f"a PDF needs {', '.join(parts)}, not found on this machine; "
            f"install: sudo apt-get install {' '.join(PACKAGES)} (HTML, XLSX, CSV and JSON work without)"
        )
        self.parts = tuple(parts)
