"""What failed, since when, who has it, and what it cost; with the post-mortem as Markdown.

  list              newest first, then n, median, P90 and maximum of MTTD, MTTA and MTTR
  show ID           everything that is known of one: figures, timeline, draft regulatory classes
  export ID         its post-mortem: what is known is filled in, what people have to say is left blank

first steps:
  python app.py incidents list --from 2026-11-01
  python app.py incidents export ID -o post-mortem.md --lang zh

Times on screen are local, in JSON RFC 3339 UTC. Unknown is "-" and null, never 0. A regulatory class is a draft for a
human (config/regulatory.yaml says where each row comes from and how sure it is).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from alerts.incidents import codec, view
from alerts.incidents.errors import IncidentError
from alerts.incidents.model import Incident
from alerts.incidents.postmortem import duration, postmortem
from alerts.incidents.regulatory import RegulatoryTable, assess
from alerts.incidents.timing import statistics, to_acknowledge_ms, to_detect_ms, to_restore_ms
from alerts.incidents.words import LANGUAGES, Names, title, words_of
from commands.backfill import instant_ms
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from commands.written import written_whole
from settings import SettingsError, load_regulatory, regulatory_path
from slo.spread import Spread
from store.errors import StoreError
from store.journal import JournalReader
from store.opening import open_store

MOST = 1_000
UNKNOWN = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (_, text) in _ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text)
        add_configuration(action)
        action.add_argument("--lang", choices=LANGUAGES, default="en", help="language of names and words")
    listing, showing, export = (actions.choices[name] for name in ("list", "show", "export"))
    listing.add_argument("--from", dest="begin", help="RFC 3339 instant, or a local date: its midnight")
    listing.add_argument("--to", dest="end", help="the same; this instant is not part of the range")
    listing.add_argument("--most", type=int, default=MOST, help=f"at most so many, the newest (default: {MOST})")
    for action in (listing, showing):
        action.add_argument("--json", action="store_true", help="the document that scripts rely on")
    for action in (showing, export):
        action.add_argument("id", metavar="ID", help="as list prints it")
    export.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what the store refuses becomes one line."""
    if args.action is None:
        raise CommandError(f"incidents: which one? {', '.join(_ACTIONS)}; python app.py incidents --help")
    chosen = configuration(args)
    with refusing(StoreError, IncidentError, OSError):
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        try:
            with store.reading() as reader:
                text = _ACTIONS[args.action][0](args, chosen, reader.journal())
        finally:
            store.close()
        if args.action == "export" and args.file is not None:
            written_whole(args.file, text.encode())
            text = f"{args.file}: {len(text.encode()):,} bytes"
    print(text)
    return 0


def _list(args: argparse.Namespace, chosen: Configuration, journal: JournalReader) -> str:
    if args.most < 1:
        raise CommandError(f"--most {args.most}: at least 1")
    zone = chosen.catalog.zone
    from_ms = None if args.begin is None else instant_ms("--from", args.begin, zone)
    to_ms = None if args.end is None else instant_ms("--to", args.end, zone)
    found = codec.listed(journal, from_ms, to_ms, args.most)
    names = Names.of(chosen.catalog)
    if args.json:
        rows = [view.row(each, names) for each in found]
        return _json({"incidents": rows, "statistics": view.statistics_document(statistics(found))})
    return "\n".join([*(_row(each, names, args.lang) for each in found), *_statistics(found, args.lang)])


def _row(incident: Incident, names: Names, language: str) -> str:
    words = words_of(language)
    figures = incident.figures
    failed = UNKNOWN if figures is None else f"{'' if figures.complete else '>='}{figures.failed:,}"
    times = (to_detect_ms(incident), to_acknowledge_ms(incident), to_restore_ms(incident))
    return "  ".join(
        (
            names.time(incident.begin_ms),
            incident.id,
            f"{words(f'state.{incident.state.value}'):<9}",
            *(UNKNOWN if each is None else duration(each, words) for each in times),
            failed,
            incident.owner or UNKNOWN,
            title(incident, names, language),
        )
    )


def _statistics(incidents: list[Incident], language: str) -> list[str]:
    found = statistics(incidents)
    rows = (("MTTD", found.detect), ("MTTA", found.acknowledge), ("MTTR", found.restore))
    return [f"incidents {found.incidents}", *(_spread(name, each, language) for name, each in rows)]


def _spread(name: str, spread: Spread, language: str) -> str:
    words = words_of(language)
    median = None if spread.median_ms is None else int(spread.median_ms)
    figures = (("median", median), ("P90", spread.p90_ms), ("max", spread.max_ms))
    texts = (f"{what} {UNKNOWN if value is None else duration(value, words)}" for what, value in figures)
    return f"{name}  n {spread.known} (not known: {spread.unknown})  {'  '.join(texts)}"


def _show(args: argparse.Namespace, chosen: Configuration, journal: JournalReader) -> str:
    incident, table, now_ms = _found(args, journal), _table(chosen), time.time_ns() // 1_000_000
    if args.json:
        return _json(view.document(incident, Names.of(chosen.catalog), assess(table, incident, now_ms)))
    return postmortem(incident, table, Names.of(chosen.catalog), args.lang, now_ms)


def _export(args: argparse.Namespace, chosen: Configuration, journal: JournalReader) -> str:
    now_ms = time.time_ns() // 1_000_000
    return postmortem(_found(args, journal), _table(chosen), Names.of(chosen.catalog), args.lang, now_ms)


def _found(args: argparse.Namespace, journal: JournalReader) -> Incident:
    incident = codec.find(journal, args.id)
    if incident is None:
        raise CommandError(f"no incident {args.id!r}; python app.py incidents list prints their ids")
    return incident


def _table(chosen: Configuration) -> RegulatoryTable:
    with refusing(SettingsError):
        return load_regulatory(regulatory_path(chosen.path, chosen.settings))


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


_Action = Callable[[argparse.Namespace, Configuration, JournalReader], str]
_ACTIONS: dict[str, tuple[_Action, str]] = {
    "list": (_list, "incidents, newest first, and how long they took"),
    "show": (_show, "everything that is known of one incident"),
    "export": (_export, "the post-mortem of one incident as Markdown"),
}
