"""``metadata``: name, labels and annotations; those with our own prefix say what OpenSLO v1 cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from alerts.openslo.fields import Section, noun
from alerts.openslo.model import Metadata, Terms, Unknown
from alerts.openslo.tree import Listing, Node, Scalar, Type

PREFIX = "lending-control-center.io/"
COLLECT_SECONDS = f"{PREFIX}collect-interval-seconds"
ALERT_TIERS = f"{PREFIX}alert-tiers"
EXCLUSIONS = f"{PREFIX}exclusions"
UNKNOWN_POLICY = f"{PREFIX}unknown-policy"
RUNBOOK = f"{PREFIX}runbook"
NAME_ZH = f"{PREFIX}display-name-zh"
OURS = (COLLECT_SECONDS, ALERT_TIERS, EXCLUSIONS, UNKNOWN_POLICY, RUNBOOK, NAME_ZH)
LONGEST_INTERVAL_SECONDS = 86400

_LABEL_KEY = re.compile(r"[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?")
_DNS_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_PREFIXED = re.compile(rf"(?:(?P<prefix>{_DNS_LABEL}(\.{_DNS_LABEL})*)/)?(?P<name>[^/]*)")
_LONGEST_PREFIX = 253
_TIER = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_ADDRESS = re.compile(r"https?://[^\s/@]+(/\S*)?")


def read_metadata(parent: Section) -> Metadata | None:
    """``metadata`` of an object or of something inline; None without a usable name."""
    section = parent.section("metadata", required=True)
    if section is None:
        return None
    name = section.name("name", required=True)
    display_name = section.text("displayName") or ""
    labels, annotations = _labels(section), _annotations(section)
    section.close()
    return Metadata(name, display_name, labels, annotations) if name else None


def read_terms(parent: Section, annotations: Mapping[str, str]) -> Terms:
    """What our own annotations of an SLO say; what is wrong in them is named."""
    section = parent.section("metadata")
    inner = section.section("annotations") if section else None
    if inner is None:
        return Terms()
    return Terms(
        collect_seconds=_interval(inner, annotations),
        tiers=_tiers(inner, annotations),
        excludes_maintenance=_word(inner, annotations, EXCLUSIONS, ("maintenance", "none")) != "none",
        unknown=Unknown(_word(inner, annotations, UNKNOWN_POLICY, tuple(Unknown)) or Unknown.BOUND),
        runbook=_runbook(inner, annotations),
        name_zh=annotations.get(NAME_ZH, ""),
    )


def _labels(section: Section) -> Mapping[str, tuple[str, ...]]:
    inner = section.section("labels")
    if inner is None:
        return {}
    labels = {}
    for key, node, _ in inner.entries():
        if not _LABEL_KEY.fullmatch(key):
            inner.error(key, "is not a label key: letters, digits, - _ . between them, at most 63")
        items = node.items if isinstance(node, Listing) else (node,)
        wrong = [item for item in items if not _is_text(item)]
        for item in wrong:
            inner.gathered.error(item.line, inner.at(key), f"a label is text or a list of texts, found {noun(item)}")
        labels[key] = tuple(item.text for item in items if isinstance(item, Scalar))
    return labels


def _annotations(section: Section) -> Mapping[str, str]:
    inner = section.section("annotations")
    if inner is None:
        return {}
    annotations = {}
    for key, node, _ in inner.entries():
        if (problem := _key_problem(key)) is not None:
            inner.error(key, problem)
        if isinstance(node, Scalar) and _is_text(node):
            annotations[key] = node.text
        else:
            inner.error(key, f"an annotation is text, found {noun(node)}; put it in quotes")
    return annotations


def _key_problem(key: str) -> str | None:
    """What is wrong with the key of an annotation."""
    found = _PREFIXED.fullmatch(key)
    prefix = found["prefix"] if found else None
    if not found or not _LABEL_KEY.fullmatch(found["name"]) or len(prefix or "") > _LONGEST_PREFIX:
        return "is not an annotation key: a DNS name, a slash, then letters, digits, - _ . (at most 63)"
    if key.startswith(PREFIX) and key not in OURS:
        close = get_close_matches(key, OURS, n=1)
        return f"is none of ours; {f'did you mean {close[0]}?' if close else 'known: ' + ', '.join(OURS)}"
    return None


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and node.type is Type.TEXT


def _interval(inner: Section, annotations: Mapping[str, str]) -> int | None:
    text = annotations.get(COLLECT_SECONDS)
    if text is None:
        return None
    if re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) <= LONGEST_INTERVAL_SECONDS:
        return int(text)
    inner.error(COLLECT_SECONDS, f"{text[:40]!r} is not a number of seconds from 1 to {LONGEST_INTERVAL_SECONDS}")
    return None


def _tiers(inner: Section, annotations: Mapping[str, str]) -> tuple[str, ...] | None:
    text = annotations.get(ALERT_TIERS)
    if text is None:
        return None
    names = tuple(part.strip() for part in text.split(","))
    wrong = [name for name in names if not _TIER.fullmatch(name)]
    if wrong:
        inner.error(ALERT_TIERS, f"{wrong[0][:40]!r} is not the name of a tier; write cliff,fast,medium,slow,leak")
    if len(set(names)) < len(names):
        inner.error(ALERT_TIERS, "names a tier twice; keep one")
    return names


def _word(inner: Section, annotations: Mapping[str, str], key: str, known: tuple[str, ...]) -> str | None:
    text = annotations.get(key)
    if text is None or text in known:
        return text
    inner.error(key, f"{text[:40]!r} is not one of {', '.join(known)}")
    return None


def _runbook(inner: Section, annotations: Mapping[str, str]) -> str:
    text = annotations.get(RUNBOOK, "")
    if text and not _ADDRESS.fullmatch(text):
        inner.error(RUNBOOK, f"{text[:40]!r} is not an address without a user or password; write https://...")
        return ""
    return text
