"""Incidents: what failed, who has it, what people said and decided, and the post-mortem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from access.rights import Right
from alerts.desk import acks as taking
from alerts.incidents import acts
from alerts.incidents.codec import KIND, document_of, find, incident_of
from alerts.incidents.errors import IncidentError
from alerts.incidents.model import Decision, Incident
from alerts.incidents.postmortem import postmortem
from alerts.incidents.regulatory import assess
from alerts.incidents.timing import statistics
from alerts.incidents.view import document, row, statistics_document
from alerts.incidents.words import LANGUAGES
from dashboard.api.alerts import open_groups
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Body, Name, Said, Text
from dashboard.api.errors import Missing, Unfit
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Plan, Read, Write
from dashboard.api.route import Text as Plain
from dashboard.api.setting import ApiSetting
from store.journal import Change, Document, Entry
from store.port import Reader

STATES = ("all", "open", "ongoing", "mitigated", "restored", "closed")
MARKDOWN = "text/markdown; charset=utf-8"


class Remark(Act):
    """``text``: what is to stand in the timeline."""

    text: Said
    note: Text = ""


class Assignment(Act):
    """``owner``: who has it from now on."""

    owner: Name


class Classification(Act):
    """A person's word on the regulatory class. ``class``: of the table, empty or left out for "none of them"."""

    rule: Name
    chosen: Annotated[str, Field(alias="class", max_length=200)] = ""
    why: Said


def incidents(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first, with the spread of MTTD, MTTA and MTTR of this page."""
    wanted = asked.choice("state", STATES, "all")

    def shown(stored: Document) -> Incident | None:
        found = incident_of(stored)
        fits = wanted in ("all", found.state.value) or (wanted == "open" and found.open)
        return found if fits and not found.merged_into else None

    journal = reader.journal()
    found, following = page(journal, KIND, asked, shown, open_only=wanted == "open", filtered=True)
    rows = [row(each, setting.names) for each in found]
    return listing("incidents", rows, following, statistics=statistics_document(statistics(found)))


def incident(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Everything that is known of one."""
    return _shown(setting, _found(reader, asked))


def export(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The post-mortem as Markdown."""
    language = asked.choice("lang", LANGUAGES, "en")
    found = _found(reader, asked)
    text = postmortem(found, setting.regulatory, setting.names, language, setting.now_ms())
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in found.id)
    return Plain(text, MARKDOWN, f"incident-{name}.md")


def add_note(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Adds a person's words to the timeline."""
    given = body_of(asked, Remark)
    return _acted(setting, reader, asked, lambda each: acts.add_note(each, now_ms, given.by, given.text))


def assign(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Gives it to somebody."""
    given = body_of(asked, Assignment)
    return _acted(setting, reader, asked, lambda each: acts.assign(each, now_ms, given.by, given.owner, given.note))


def classify(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Records a person's decision beside the draft."""
    given, table = body_of(asked, Classification), setting.regulatory
    decision = Decision(given.rule, given.chosen, given.by, now_ms, given.why, table.version)
    return _acted(setting, reader, asked, lambda each: acts.decide_class(each, decision, table.classes))


def mitigate(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Customers are served again while alerts still fire."""
    given = body_of(asked, Act)
    return _acted(setting, reader, asked, lambda each: acts.mitigate(each, now_ms, given.by, given.note))


def close(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Signs a restored incident off."""
    given = body_of(asked, Act)
    return _acted(setting, reader, asked, lambda each: acts.close(each, now_ms, given.by, given.note))


def acknowledge(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Takes everything of it that fires; the timeline hears of it at the engine's next step."""
    found = _found(reader, asked)
    groups = open_groups(reader.journal(), {member.key for member in found.members})
    if not groups:
        raise Unfit(f"incident {found.id}: none of its alerts fires; there is nothing to take")
    given = body_of(asked, Act)
    changes = [taking.acknowledge(each, actor_of(asked), given.note, now_ms) for each in groups]
    entries = tuple(entry for change in changes for entry in change.entries)
    return Plan(Change(entries), {"id": found.id, "did": "acknowledged", "by": given.by, "taken": groups})


def _acted(setting: ApiSetting, reader: Reader, asked: Asked, do: Callable[[Incident], tuple[Incident, Entry]]) -> Plan:
    found = _found(reader, asked)
    if found.merged_into:
        raise Unfit(f"incident {found.id} was merged into {found.merged_into}; use that one")
    try:
        changed, entry = do(found)
    except IncidentError as error:
        raise Unfit(str(error)) from error
    return Plan(Change((entry,), (document_of(changed),)), _shown(setting, changed))


def _shown(setting: ApiSetting, found: Incident) -> Content:
    return document(found, setting.names, assess(setting.regulatory, found, setting.now_ms()))


def _found(reader: Reader, asked: Asked) -> Incident:
    found = find(reader.journal(), asked.id)
    if found is None:
        raise Missing(f"no incident {asked.id[:200]!r}; GET /api/v1/incidents lists their ids")
    return found


_TOLD = ("note", "text", "owner", "rule", "chosen", "why")


def _write(name: str, summary: str, plan: Callable[[ApiSetting, Reader, Asked, int], Plan], body: type[Body]) -> Write:
    path, action = f"/api/v1/incidents/{{id}}/{name}", f"incident.{_ACTIONS.get(name, name)}"
    return Write(path, summary, plan, body, right=Right.RESPOND, action=action, tells=_TOLD)


_ACTIONS = {"notes": "note", "ack": "acknowledge", "class": "classify"}


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/incidents",
        "Incidents, newest first, with n, median, P90 and maximum of MTTD, MTTA and MTTR",
        incidents,
        {
            "state": f"one of {', '.join(STATES)}; open: an alert could still join it",
            **asking("impact began"),
        },
    ),
    Read("/api/v1/incidents/{id}", "Everything that is known of one", incident),
    Read("/api/v1/incidents/{id}/export", "Its post-mortem as Markdown", export, {"lang": "zh or en"}),
    _write("notes", "Add words to its timeline", add_note, Remark),
    _write("assign", "Give it to somebody", assign, Assignment),
    _write("class", "Decide its regulatory class", classify, Classification),
    _write("ack", "Take everything of it that fires", acknowledge, Act),
    _write("mitigate", "Say that customers are served again", mitigate, Act),
    _write("close", "Sign it off; refused while its alerts fire", close, Act),
)
