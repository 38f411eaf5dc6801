"""Writes HTML elements; every text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from reports.paper.texts import writable


def text(value: str) -> str:
    """A text as content of an element."""
    return escape(writable(value), quote=False)


@dataclass(frozen=True, slots=True)
class Markup:
    """``inline``: style by class, written into each element, for readers of mail that drop style sheets."""

    inline: Mapping[str, str]

    def tag(self, name: str, content: str | Iterable[str] = "", kind: str = "", /, **attributes: str) -> str:
        """An element around content that is markup already. ``kind``: its classes, parted by blanks.

        An attribute's trailing underscore is dropped (``for_``), others become hyphens; empty ones are left out.
        """
        inside = content if isinstance(content, str) else "".join(content)
        return f"{self.opening(name, kind, **attributes)}{inside}</{name}>"

    def opening(self, name: str, kind: str = "", /, **attributes: str) -> str:
        """The start of an element alone."""
        styles = [self.inline[word] for word in kind.split() if word in self.inline]
        styles += [attributes.pop("style")] if attributes.get("style") else []
        pairs = {"class": kind, "style": ";".join(styles), **attributes}
        written = (
            f' {key.rstrip("_").replace("_", "-")}="{escape(writable(value))}"' for key, value in pairs.items() if value
        )
        return f"<{name}{''.join(written)}>"
