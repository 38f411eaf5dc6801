"""People who log in here: one document each in the store's journal.

A person's **epoch** ends sessions: each names the one that it began under, and holds while that is still the person's.
It is an instant, so that somebody who was removed and comes back does not revive old sessions.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from access.auditing import with_audit
from access.errors import BadName, PersonRefused
from access.rights import Role
from store.journal import Change, Document, JournalReader

KIND = "person"
MOST = 100_000
_NAME = re.compile(r"[^\W_][\w.@-]*(?: [\w.@-]+)*")
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Person:
    """``kept``: hash of the password, empty for who logs in elsewhere; ``epoch_ms``: of the sessions that hold;
    ``version``: of the stored document, 0 for a new one."""

    name: str
    roles: frozenset[Role]
    kept: str
    made_ms: int
    epoch_ms: int
    disabled: bool = False
    removed: bool = False
    version: int = 0

    @property
    def key(self) -> str:
        """What tells people apart: Li and li are the same."""
        return key_of(self.name)

    @property
    def administers(self) -> bool:
        """Whether this person can let others in."""
        return Role.ADMIN in self.roles and not self.disabled and not self.removed

    def document(self) -> Document:
        """As it is stored; open, so that no retention takes it."""
        body = {
            "name": self.name,
            "roles": sorted(self.roles),
            "kept": self.kept,
            "epoch_ms": self.epoch_ms,
            "disabled": self.disabled,
        }
        text = json.dumps(body, ensure_ascii=False)
        return Document(KIND, self.key, self.version, self.made_ms, not self.removed, text)

    @classmethod
    def of(cls, document: Document) -> Person:
        """The reverse of ``document``."""
        body: Mapping[str, Any] = json.loads(document.body)
        roles = frozenset(Role(role) for role in body["roles"] if role in set(Role))
        return cls(
            name=body["name"],
            roles=roles,
            kept=body["kept"],
            made_ms=document.at_ms,
            epoch_ms=body["epoch_ms"],
            disabled=body["disabled"],
            removed=not document.open,
            version=document.version,
        )


def name_of(text: str) -> str:
    """A name as it is kept. Raises BadName."""
    if not is_name(text):
        raise BadName(text)
    return unicodedata.normalize("NFKC", text).strip()


def is_name(text: str) -> bool:
    """Whether somebody can be called so."""
    name = unicodedata.normalize("NFKC", text).strip()
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None


def key_of(name: str) -> str:
    """The same for all ways to write a name."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def find(journal: JournalReader, name: str) -> Person | None:
    """Somebody who is known, disabled or not."""
    person = _stored(journal, name)
    return None if person is None or person.removed else person


def listed(journal: JournalReader) -> list[Person]:
    """Everybody, by name."""
    people = [Person.of(each) for each in journal.documents(KIND, open_only=True, most=MOST)]
    return sorted(people, key=lambda person: person.key)


def add(journal: JournalReader, name: str, roles: Iterable[Role], kept: str, *, now_ms: int, by: str) -> Change:
    """Makes somebody known. Raises BadName, PersonRefused."""
    given, wanted = name_of(name), frozenset(roles)
    before = _stored(journal, given)
    if before is not None and not before.removed:
        raise PersonRefused(given, "is known already; change roles or password instead")
    person = Person(given, wanted, kept, now_ms, now_ms, version=0 if before is None else before.version)
    return _changed(person, now_ms, by, "person.add", roles=sorted(wanted))


def give_roles(journal: JournalReader, name: str, roles: Iterable[Role], now_ms: int, by: str) -> Change:
    """Other roles, which hold within seconds, in sessions that are open too."""
    person, wanted = _known(journal, name), frozenset(roles)
    changed = replace(person, roles=wanted)
    change = _changed(changed, now_ms, by, "person.roles", before=sorted(person.roles), roles=sorted(wanted))
    return _with_admin(journal, person, changed, change)


def give_password(journal: JournalReader, name: str, kept: str, now_ms: int, by: str) -> Change:
    """Another password; ends all sessions."""
    person = _known(journal, name)
    changed = replace(person, kept=kept, epoch_ms=_next_epoch(person, now_ms))
    return _changed(changed, now_ms, by, "person.password")


def rehashed(person: Person, kept: str) -> Change:
    """The same password under present parameters: nothing that anybody did."""
    return Change(documents=(replace(person, kept=kept).document(),))


def disable(journal: JournalReader, name: str, now_ms: int, by: str) -> Change:
    """Lets somebody in no more, and ends all sessions."""
    person = _known(journal, name)
    changed = replace(person, disabled=True, epoch_ms=_next_epoch(person, now_ms))
    return _with_admin(journal, person, changed, _changed(changed, now_ms, by, "person.disable"))


def enable(journal: JournalReader, name: str, now_ms: int, by: str) -> Change:
    """Lets somebody in again, with the same password."""
    return _changed(replace(_known(journal, name), disabled=False), now_ms, by, "person.enable")


def remove(journal: JournalReader, name: str, now_ms: int, by: str) -> Change:
    """Forgets somebody, and ends all sessions; what was done under the name stays in the record."""
    person = _known(journal, name)
    gone = replace(person, removed=True, kept="", roles=frozenset(), epoch_ms=_next_epoch(person, now_ms))
    change = _changed(replace(gone, made_ms=now_ms), now_ms, by, "person.remove")
    return _with_admin(journal, person, gone, change)


def _changed(person: Person, now_ms: int, by: str, action: str, **detail: object) -> Change:
    return with_audit(Change(documents=(person.document(),)), now_ms, by, action, person.name, **detail)


def _stored(journal: JournalReader, name: str) -> Person | None:
    if not is_name(name):
        return None
    document = journal.document(KIND, key_of(name))
    return None if document is None else Person.of(document)


def _known(journal: JournalReader, name: str) -> Person:
    person = find(journal, name)
    if person is None:
        raise PersonRefused(name, "is not known; python app.py people list")
    return person


def _next_epoch(person: Person, now_ms: int) -> int:
    return max(now_ms, person.epoch_ms + 1)


def _with_admin(journal: JournalReader, before: Person, after: Person, change: Change) -> Change:
    """Somebody must be left who can let people in: one who is left is written with the change, as he is, so that of
    two changes at once that would leave nobody the second is refused. Raises PersonRefused."""
    if not before.administers or after.administers:
        return change
    left = next((each for each in listed(journal) if each.administers and each.key != before.key), None)
    if left is None:
        raise PersonRefused(before.name, "is the last one who may administer; make another admin first")
    return replace(change, documents=(*change.documents, left.document()))
