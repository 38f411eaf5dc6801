"""Scripts and styles travel compressed out of memory, as they are on disk."""

from __future__ import annotations

import gzip
import re

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.packed import Packed

SCRIPT = "/* a comment that is long enough to be worth it */\n" * 40


@pytest.fixture
def client() -> FlaskClient:
    """A server of two scripts, one with a tag and one without, and of an answer that changes."""
    server = flask.Flask(__name__)
    counted = {"made": 0}

    def tagged() -> flask.Response:
        answer = flask.Response(SCRIPT, mimetype="text/javascript")
        answer.set_etag("v1")
        return answer

    def untagged(version: str) -> flask.Response:
        return flask.Response(SCRIPT + version[:1], mimetype="text/javascript")

    def other() -> flask.Response:
        counted["made"] += 1
        return flask.Response(SCRIPT + str(counted["made"]), mimetype="text/javascript")

    server.add_url_rule("/tagged.js", "tagged", tagged)
    server.add_url_rule("/untagged/<version>.js", "untagged", untagged)
    server.add_url_rule("/other.js", "other", other)
    Packed(("tagged", "untagged")).install(server)
    return server.test_client()


@pytest.mark.parametrize("path", ["/tagged.js", "/untagged/1.js"])
def test_a_script_is_the_same_compressed_and_plain_again_and_again(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = [client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    assert "Content-Encoding" not in plain.headers
    for each in packed:
        assert each.headers["Content-Encoding"] == "gzip"
        assert int(each.headers["Content-Length"]) == len(each.data)
        assert gzip.decompress(each.data) == plain.data


def test_two_contents_under_addresses_without_a_tag_stay_two(client: FlaskClient) -> None:
    """Whatever an address says of a version: what is kept is found by what it is."""
    one, two = (
        gzip.decompress(client.get(f"/untagged/{version}.js", headers={"Accept-Encoding": "gzip"}).data)
        for version in "12"
    )
    assert (one[-1:], two[-1:]) == (b"1", b"2")


def test_a_browser_that_has_it_is_told_so(client: FlaskClient) -> None:
    """The compressed form has a tag of its own; a plain one is not taken for it."""
    tag = client.get("/tagged.js", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert tag == '"v1:gzip"'
    again = client.get("/tagged.js", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    plain = client.get("/tagged.js", headers={"Accept-Encoding": "gzip", "If-None-Match": '"v1"'})
    assert plain.status_code == 200


def test_what_is_no_script_of_ours_is_left_alone(client: FlaskClient) -> None:
    """Answers of other addresses are not kept."""
    said = [client.get("/other.js", headers={"Accept-Encoding": "gzip"}).data for _ in range(2)]
    assert [re.search(rb"\d+$", each)[0] for each in said] == [b"1", b"2"]  # type: ignore[index]
