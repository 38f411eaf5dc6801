"""One result of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.api.route import Json


@dataclass(frozen=True, slots=True)
class Found:
    """Something with a page. ``names``: language -> what it is called; ``path``: where its page is."""

    kind: str
    id: str
    names: Mapping[str, str]
    path: str

    def rank(self, wanted: tuple[str, ...]) -> int | None:
        """None when a word is nowhere in it; else less the better: the id itself, a beginning, a part."""
        texts = [self.id.lower(), *(name.lower() for name in self.names.values())]
        whole = " ".join(wanted)
        if not all(any(word in text for text in texts) for word in wanted):
            return None
        if whole in texts:
            return 0
        return 1 if any(text.startswith(whole) for text in texts) else 2

    def json(self) -> Json:
        """As the answer shows it."""
        return {"kind": self.kind, "id": self.id, "title": dict(self.names), "path": self.path}
