"""Which processes make an estate: the books that all data centers share, and one service per data center."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from commands.children import ChildPlan, arguments_of
from commands.ports import LOOPBACK, Ports

RESTART_DATA_CENTER_S = 5.0


@dataclass(frozen=True, slots=True)
class EstatePlan:
    """What the estate is started with. ``scale``: transactions of an ordinary day."""

    data_centers: tuple[str, ...]
    ports: Ports
    directory: Path
    scale: int
    seed: int
    config: Path

    def children(self) -> list[ChildPlan]:
        """The books first: data centers claim idempotency keys there."""
        shared = {"data": self.directory, "estate": self.config}
        books = ChildPlan("books", arguments_of("lending", books=True, port=self.ports.books, **shared))
        return [
            books,
            *(self._data_center(name, port) for name, port in self.places().items()),
        ]

    def urls(self) -> dict[str, str]:
        """Base address of each data center."""
        return {name: f"http://{LOOPBACK}:{port}" for name, port in self.places().items()}

    def places(self) -> dict[str, int]:
        """Port of each data center."""
        return dict(zip(self.data_centers, self.ports.data_centers, strict=True))

    def _data_center(self, name: str, port: int) -> ChildPlan:
        arguments = arguments_of(
            "lending",
            data_center=name,
            port=port,
            books_port=self.ports.books,
            data=self.directory,
            estate=self.config,
            scale=self.scale,
            seed=self.seed,
        )
        return ChildPlan(name, arguments, restart_after_s=RESTART_DATA_CENTER_S)
