"""What is no OpenSLO at all: one clear line each, never a crash, never more than a second."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.openslo.loading import LARGEST_FILE_BYTES, load, load_text
from alerts.openslo.tree import DEEPEST, MOST_NODES

DATA = Path(__file__).resolve().parents[2] / "data" / "openslo"
OWN = (DATA / "own.yaml").read_text(encoding="utf-8")
LONGEST_SECONDS = 1.0
HEAD = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: a}\n"


@pytest.mark.alone  # it measures time
@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        (b"", 1, "is empty"),
        (b"\n# only a comment\n---\n---\n", 1, "is empty"),
        (b"a: &x 1\nb: *x\n", 2, "aliases (*x) are not accepted"),
        (b"a:\n\tb: 1\n", 2, "indented by a tab"),
        (b"a: [1\nb: 2\n", 2, "not YAML"),
        (b"a: \xff\n", 1, "not UTF-8 text (byte 3)"),
        ("a: 1\n".encode("utf-16"), 1, "not UTF-8 text"),
        (b"a: 1\nb: \x07\n", 2, "control character"),
        (b"a: 1\x00", 1, "control character"),
        (b"? [a, b]\n: 1\n", 1, "cannot be a key"),
        (b"a: !!python/object/apply:os.system [ls]\n", 1, "is not accepted"),
        (b"a: !!python/name:os.system x\n", 1, "is not accepted"),
        (b"%YAML 3.0\n---\na: 1\n", 1, "not YAML"),
        (b"just text\n", 1, "an object is a mapping"),
        (b"- 1\n- [2]\n", 1, "an object is a mapping"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), 1, f"nested more than {DEEPEST} deep"),
        (b"[" * 400_000, 1, f"nested more than {DEEPEST} deep"),
        (b"[" + b"1," * (MOST_NODES + 1) + b"1]", 1, f"more than {MOST_NODES:,} values"),
        (b"- 1\n" * 1_000_000, 0, "is larger than 1,000,000 bytes"),
        (b"a: '" + b"x" * (LARGEST_FILE_BYTES - 10) + b"'", 1, "is missing"),
        (b"{" * 3 + b"a: " * 300_000, 1, ""),
        (b"---\n[\n" * 100_000, 3, "not YAML"),
    ],
    ids=lambda value: None if not isinstance(value, bytes) else repr(value[:20]),
)
def test_a_hazard_is_one_clear_line(tmp_path: Path, content: bytes, line: int, part: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    began = time.monotonic()
    found = load([file])
    assert time.monotonic() - began < LONGEST_SECONDS
    assert not found.valid
    first = found.findings[0]
    assert first.line == line
    assert any(part in each.message for each in found.findings)
    assert all(len(str(each)) < 400 + len(str(file)) and "\n" not in str(each) for each in found.findings)


def test_an_anchor_without_an_alias_does_no_harm() -> None:
    assert load_text(HEAD + "spec: &here {}\n", Path("a.yaml")).valid


def test_a_key_given_twice_is_named_where_it_stands_again() -> None:
    found = load_text(HEAD + "spec: {}\nkind: Service\n", Path("a.yaml"))
    assert [(each.line, each.field, each.message) for each in found.findings] == [
        (5, "kind", "is given twice; keep one")
    ]


def test_a_mistake_in_one_document_does_not_hide_those_of_others() -> None:
    """Three documents that are no YAML, one without a version, two sound ones between them."""
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: NAME}\nspec: {}\n"
    parts = [
        service.replace("NAME", "a"),
        "a: [\n",
        "b: *x\n",
        "kind: Service\n",
        service.replace("NAME", "b"),
        "c: }\n",
    ]
    found = load_text("---\n".join(parts), Path("a.yaml"))
    assert [each.value is not None for each in found.declared] == [True, True]
    lines = [(each.line, each.message.split(" ")[0]) for each in found.findings]
    assert lines == [(7, "not"), (8, "YAML"), (10, "is"), (10, "is"), (17, "not")]


def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    """A link that leads nowhere is a file that cannot be read."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone")
    assert [each.message for each in load([tmp_path]).unreadable] == ["cannot be read: No such file or directory"]


def mutated(text: str, cuts: list[tuple[float, float, str]]) -> str:
    """Pieces of a text replaced by others."""
    for at, length, piece in cuts:
        begin = int(at * len(text))
        text = text[:begin] + piece + text[begin + int(length * 60) :]
    return text


PIECES = st.one_of(
    st.sampled_from(
        ["\n", ": ", "- ", "{", "}", "[", "]", "null", "1e9", "0.0", "\t", "'", '"', "&a ", "*a ", "!!set ", "~"]
    ),
    st.sampled_from(
        ["1.0", "-1", ".nan", "true", "2026-01-01", "0x1F", "1_000", "<<: ", "? ", "---\n", "...\n", "|\n"]
    ),
    st.text(max_size=12),
)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), PIECES), min_size=1, max_size=8)


@pytest.mark.alone  # it measures time
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CUTS)
def test_a_mutated_document_never_crashes_and_takes_less_than_a_second(cuts: list[tuple[float, float, str]]) -> None:
    """Whatever was changed, each finding is one line of a named file and field."""
    text = mutated(OWN, cuts).encode("utf-8", "replace").decode()
    began = time.monotonic()
    found = load_text(text, Path("mutated.yaml"))
    assert time.monotonic() - began < LONGEST_SECONDS
    for each in found.findings:
        assert str(each).startswith("mutated.yaml")
        assert each.message
        assert "\n" not in str(each)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "apiVersion",
                        "kind",
                        "metadata",
                        "spec",
                        "name",
                        "objectives",
                        "target",
                        "indicator",
                        "timeWindow",
                        "labels",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_value_in_the_place_of_an_slo_is_judged(value: object) -> None:
    """JSON is YAML: objects of every shape, under the right header."""
    header = {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": value, "spec": value}
    text = json.dumps([header, value], allow_nan=True)
    assert not load_text(text, Path("a.json")).valid


def test_a_policy_that_is_only_named_is_read_with_a_warning() -> None:
    """As earlier drafts of v1 and examples of its tools write it."""
    by_name = OWN.replace("    - alertPolicyRef: ", "    - ")
    assert by_name != OWN
    found = load_text(by_name, DATA / "own.yaml")
    assert found.valid
    assert {each.message.split(":")[0] for each in found.findings} == {"is read as alertPolicyRef"}
    (named,) = [slo.policies for slo in found.slos if slo.policies]
    (expected,) = [slo.policies for slo in load_text(OWN, DATA / "own.yaml").slos if slo.policies]
    assert named == expected
