"""The post-mortem of an incident as Markdown: what is known is filled in, what people have to say is left blank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.incidents.figures import budget_of, spent_seconds, spent_share
from alerts.incidents.model import Figures, Happening, Incident, Moment, Spent
from alerts.incidents.regulatory import Confidence, Draft, Next, Reading, RegulatoryTable, Rule, assess
from alerts.incidents.timing import timeline, to_acknowledge_ms, to_detect_ms, to_restore_ms
from alerts.incidents.words import Names, Words, title, words_of
from alerts.model import AlertKey
from slo.formatting import truncated
from slo.texts import in_one_line

DAY_S = 86400
_ESCAPED = {ord(sign): f"\\{sign}" for sign in "\\`*_[]<>|#&!~"}


def postmortem(incident: Incident, table: RegulatoryTable, names: Names, language: str, now_ms: int) -> str:
    """One document in ``zh`` or ``en``. ``now_ms``: for the clock of the classes while the incident goes on."""
    words = words_of(language)
    drafts = assess(table, incident, now_ms)
    return words.postmortem.substitute(
        _head(incident, names, words)
        | _figures(incident.figures, names, words)
        | {
            "timeline": "\n".join(_line(line, names, words) for line in timeline(incident)),
            "classes": "\n".join(_class_row(draft, names, words) for draft in drafts),
            "draft": words("draft"),
            "table_version": escaped(table.version),
        }
    )


def escaped(text: str) -> str:
    """A person's words as plain text inside a Markdown table."""
    return in_one_line(text).translate(_ESCAPED)


def duration(length_ms: int | None, words: Words) -> str:
    """``2 h 03 min 05.300 s``; a word when it is not known."""
    if length_ms is None:
        return words("unknown")
    sign, length_ms = ("-", -length_ms) if length_ms < 0 else ("", length_ms)
    minutes, rest_ms = divmod(length_ms, 60_000)
    seconds = f"{rest_ms // 1000}.{rest_ms % 1000:03d} s"
    if not minutes:
        return sign + seconds
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours} h {minutes:02d} min {seconds}" if hours else f"{sign}{minutes} min {seconds}"


def _head(incident: Incident, names: Names, words: Words) -> dict[str, str]:
    def time(at_ms: int | None) -> str:
        return words("unknown") if at_ms is None else names.time(at_ms)

    going_on = words(f"state.{incident.state.value}") if incident.firing else ""
    return {
        "id": incident.id,
        "title": escaped(title(incident, names, words.language)),
        "state": words(f"state.{incident.state.value}"),
        "severity": words(f"severity.{incident.severity.name.lower()}"),
        "owner": escaped(incident.owner) or words("none"),
        "impact_start": time(incident.impact_start_ms),
        "restored": going_on or time(incident.restored_ms),
        "detect": duration(to_detect_ms(incident), words),
        "acknowledge": duration(to_acknowledge_ms(incident), words),
        "restore": going_on or duration(to_restore_ms(incident), words),
        "runbooks": " ".join(f"<{address}>" for address in incident.runbooks) or words("none"),
        "zone": names.zone,
    }


def _figures(figures: Figures | None, names: Names, words: Words) -> dict[str, str]:
    if figures is None:
        unknown = words("unknown")
        keys = ("failed", "products", "data_centers", "dcns", "customers", "provinces", "spent")
        return dict.fromkeys(keys, unknown)
    provinces = figures.provinces
    return {
        "failed": _failed(figures, words),
        "products": _listed((names.product(each, words.language) for each in figures.products), words),
        "data_centers": _listed((names.data_center(each, words.language) for each in figures.data_centers), words),
        "dcns": _listed(figures.dcns, words),
        "customers": words("unknown") if figures.customers is None else f"{figures.customers:,}",
        "provinces": words("unknown") if provinces is None else _listed(provinces, words),
        "spent": "\n".join(f"- {_spent(each, names, words)}" for each in figures.spent),
    }


def _failed(figures: Figures, words: Words) -> str:
    text = f"{figures.failed:,} / {figures.total:,}"
    if not figures.complete:
        text = words("figure.at_least", number=text)
    return words("figure.whole_minutes", number=text) if figures.whole_minutes else text


def _spent(spent: Spent, names: Names, words: Words) -> str:
    seconds, share = spent_seconds(spent), spent_share(spent)
    unknown = words("unknown")
    return words(
        "figure.spent",
        who=escaped(names.product(spent.product, words.language)) if spent.product else words("bank"),
        failed=f"{spent.failed:,}",
        allowed=truncated(budget_of(spent).allowed_events, 2),
        seconds=unknown if seconds is None else truncated(seconds, 3),
        percent=unknown if share is None else truncated(share * 100, 2),
        target=spent.target,
        days=spent.window_seconds // DAY_S,
    )


def _listed(texts: Iterable[str], words: Words) -> str:
    return words("comma").join(map(escaped, texts)) or words("none")


def _line(line: Happening, names: Names, words: Words) -> str:
    cells = (
        names.time(line.at_ms),
        words(f"moment.{line.moment.value}"),
        escaped(_about(line, names, words.language)),
        escaped(line.actor),
        escaped(line.text),
    )
    return f"| {' | '.join(cells)} |"


def _about(line: Happening, names: Names, language: str) -> str:
    """An alert by its rule and the names that people use; anything else as it is."""
    if line.moment not in _OF_ALERTS or line.about.count(":") < _COLONS:
        return line.about
    key = AlertKey.parse(line.about)
    subject = key.subject
    parts = (
        names.product(subject.product, language),
        names.data_center(subject.data_center, language),
        subject.dcn,
        subject.other,
    )
    return " ".join((key.rule, *(part for part in parts if part)))


_OF_ALERTS = {Moment.DETECTED, Moment.JOINED, Moment.ACKNOWLEDGED, Moment.WORSENED, Moment.REOPENED}
_COLONS = 6  # of an alert's id


def _class_row(draft: Draft, names: Names, words: Words) -> str:
    rule, language = draft.rule, words.language
    name = escaped(rule.names.get(language, rule.id))
    applies = name if rule.applies else f"{name} ({words('class.reference')})"
    reports = words("between").join(
        f"{each.report.names.get(language, '')} {names.time(each.due_ms)} ({_sure(each.report.confidence, words)})"
        for each in draft.deadlines
    )
    missing = words("comma").join(words(f"missing.{each}") for each in draft.missing)
    cells = (
        applies,
        _class(draft, names, words),
        _how_sure(draft, words),
        _coming(draft, names, words),
        missing or words("none"),
        reports or words("none"),
    )
    return f"| {' | '.join(cells)} |"


def _class(draft: Draft, names: Names, words: Words) -> str:
    low, high = (_class_name(draft.rule, each.class_id, words) for each in (draft.low, draft.high))
    text = low if low == high else words("class.range", low=low, high=high)
    if not draft.rule.classes:
        text = words("class.human")
    decision = draft.decision
    if decision is None:
        return text
    said = _class_name(draft.rule, decision.class_id or None, words)
    at = names.time(decision.at_ms)
    decided = words("class.decided", name=said, actor=escaped(decision.actor), at=at, why=escaped(decision.why))
    return f"{text}{words('between')}{decided}"


def _class_name(rule: Rule, class_id: str | None, words: Words) -> str:
    if class_id is None:
        return words("no_class")
    found = next((each for each in rule.classes if each.id == class_id), None)
    return escaped(class_id if found is None else found.names.get(words.language, class_id))


def _how_sure(draft: Draft, words: Words) -> str:
    """Of the rows that the classes, reached or to come, stand on; the least sure is never left out."""
    rows = [each.threshold for each in (draft.low, draft.high) if each.threshold is not None]
    rows += [each.next.threshold for each in (draft.low, draft.high) if each.next is not None]
    return words("comma").join(dict.fromkeys(_sure(each.confidence, words) for each in rows)) or words("none")


def _sure(confidence: Confidence, words: Words) -> str:
    return words(f"confidence.{confidence.value}")


def _coming(draft: Draft, names: Names, words: Words) -> str:
    readings: Sequence[Reading] = (draft.low,) if draft.low == draft.high else (draft.low, draft.high)
    lines = [_next(each.next, each.provinces, draft.rule, names, words) for each in readings if each.next is not None]
    return words("between").join(lines) or words("none")


def _next(coming: Next, provinces: int, rule: Rule, names: Names, words: Words) -> str:
    name = _class_name(rule, coming.id, words)
    return words("class.next", minutes=coming.minutes, name=name, at=names.time(coming.at_ms), provinces=provinces)
