"""What a channel is handed, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from alerts.desk.notice import Notice
from alerts.model import Severity
from alerts.notify.news import News


@dataclass(frozen=True, slots=True)
class Message:
    """One message: ``title`` in one line, ``body`` in several, both in the channel's language.

    ``id``: of the delivery, the same at each attempt, so that the other side can tell a repetition. ``news``: what it
    tells, newest last; several when it sums up. ``at_ms``: when it goes out. ``link``: address for people, or empty.
    """

    id: str
    title: str
    body: str
    severity: Severity
    at_ms: int
    news: tuple[News, ...]
    link: str = ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices that it tells."""
        return tuple(news.notice for news in self.news)

    @property
    def ended(self) -> bool:
        """Whether everything that it tells of is over."""
        return all(news.ended for news in self.news)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message. ``text``: what it said, without secrets. ``dry_run``: nothing left the house."""

    text: str = ""
    dry_run: bool = False


class Channel(Protocol):
    """One way to people or machines. Used by one thread at a time."""

    def send(self, message: Message) -> Receipt:
        """Hands a message over within a few seconds. Raises TemporaryFault or PermanentFault."""

    def close(self) -> None:
        """Gives connections back."""


@runtime_checkable
class Keeper(Protocol):
    """A channel that also has to do something by time: tell again what still fires."""

    def keep(self, now_ms: int) -> int:
        """Does what is due; returns when the next is. Raises TemporaryFault or PermanentFault."""
