"""Login through the bank's identity provider: there and back again, then a session like any other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

import flask

from access.auditing import with_audit
from access.errors import AccessError, ProviderDown, ProviderRefused, TooBusy
from access.identity import Identity, Means
from access.parting import part
from access.rights import Right
from access.vouching import BEGUN_MS, Vouched, Vouching
from dashboard.access.cookies import cookie_name, set_cookie
from dashboard.access.login import Door, admit, answered, show
from dashboard.access.pacing import Pace
from dashboard.access.refusals import UNKNOWN, Refusals
from dashboard.access.setting import Access, Elsewhere
from dashboard.admission import Gate, declare
from dashboard.api.errors import Refused
from dashboard.language import Words, word_key
from store.journal import Change

BEGIN = "/login/oidc"
BACK = "/login/oidc/callback"
PART = "/login/oidc/logout"
COOKIE = "control-center-oidc"
ELSEWHERE = word_key("login.elsewhere")
LONGEST_FIELD = 4_000
MOST_PARTING_BYTES = 72 * 1024
PARTINGS_PER_MINUTE = 1_200
"""From one address: a provider may end everybody's sessions at once."""
TOLD = {
    ProviderDown: (word_key("login.provider_down"), HTTPStatus.SERVICE_UNAVAILABLE),
    ProviderRefused: (word_key("login.provider_refused"), HTTPStatus.FORBIDDEN),
    TooBusy: (word_key("login.busy"), HTTPStatus.SERVICE_UNAVAILABLE),
}
log = logging.getLogger(__name__)


def with_provider(access: Access, vouching: Vouching, words: Mapping[str, Words]) -> Access:
    """With the provider's button on the login, and its way out."""
    elsewhere = (*access.elsewhere, button(access.label, words))
    return replace(access, elsewhere=elsewhere, farewell=farewell_of(vouching))


def button(label: str, words: Mapping[str, Words]) -> Elsewhere:
    """What leads there from the login. ``label``: what the bank calls it."""
    return Elsewhere(BEGIN, lambda language: words[language](ELSEWHERE, name=label))


def farewell_of(vouching: Vouching) -> Callable[[], str]:
    """Where somebody logs out of the provider too, empty where it has no such place or is away."""

    def farewell() -> str:
        client = vouching.provider.client
        try:
            leave = vouching.provider.endpoints().leave
        except ProviderDown as error:
            log.warning("%s; nobody is logged out there", error)
            return ""
        home = client.redirect.removesuffix(BACK) + "/login"
        between = "&" if "?" in leave else "?"
        named = urlencode({"client_id": client.id, "post_logout_redirect_uri": home})
        return f"{leave}{between}{named}" if leave else ""

    return farewell


class Vouchsafing:
    """The routes. ``Door`` and provider are shared by all requests."""

    def __init__(self, door: Door, vouching: Vouching) -> None:
        self._door = door
        self._vouching = vouching
        store = door.access.store
        self._refusals = None if store is None else Refusals(store, door.access.now_ms)
        self._partings = Pace(PARTINGS_PER_MINUTE)

    def register(self, app: flask.Flask) -> None:
        """Adds them; all are open: nobody is known yet."""
        app.add_url_rule(BEGIN, "login-oidc", lambda: answered(self._guarded(self.begin)), methods=["GET"])
        app.add_url_rule(BACK, "login-oidc-back", lambda: answered(self._guarded(self.back)), methods=["GET"])
        app.add_url_rule(PART, "login-oidc-part", lambda: answered(self.part), methods=["POST"])
        declare(app, "login-oidc-part", Gate.OPEN)  # the text that is sent proves who sends it
        declare(app, "login-oidc", Gate.OPEN)
        declare(app, "login-oidc-back", Gate.OPEN)

    def begin(self) -> flask.Response:
        """To the provider."""
        access = self._door.access
        following = self._door.own(flask.request.args.get("next", "/"))
        address, carried = self._vouching.begin(following, access.now_ms())
        answer = _redirect(address)
        set_cookie(answer, self._cookie(), carried, BEGUN_MS // 1000, secure=access.behind_tls)
        return answer

    def back(self) -> flask.Response:
        """From the provider: in, or one line why not."""
        asked, access = flask.request.args, self._door.access
        now_ms = access.now_ms()
        carried = flask.request.cookies.get(self._cookie(), "")
        begun = self._vouching.begun(carried, _field("state"), now_ms)
        if "error" in asked:
            raise ProviderRefused(f"says {_field('error')[:80]!r}")
        vouched = self._vouching.finish(begun, _field("code"), now_ms)
        person = access.directory.person(vouched.name)
        if person is not None and person.disabled:
            raise ProviderRefused(f"{vouched.name} is disabled here")
        if not access.policy.of(vouched.roles):
            return self._without_roles(vouched)
        epoch_ms = 0 if person is None else person.epoch_ms
        session = access.sessions.begin(
            vouched.name, Means.OIDC, vouched.roles, epoch_ms, now_ms, until_ms=vouched.until_ms, marks=vouched.marks
        )
        self._record("login", vouched.name, roles=sorted(vouched.roles), means=Means.OIDC, sub=vouched.subject)
        answer = admit(self._door, _redirect(begun.following), session)
        self._forget(answer)
        return answer

    def part(self) -> flask.Response:
        """From the provider itself, without a browser: sessions end, in the words of its own specification."""
        access, request = self._door.access, flask.request
        request.max_content_length = MOST_PARTING_BYTES
        address = request.remote_addr or "unknown"
        self._partings.admit(f"address {address}")
        if access.store is None:
            raise Refused(HTTPStatus.NOT_FOUND, "nobody can be logged out from afar here")
        try:
            now_ms = access.now_ms()
            part(
                access.store,
                self._vouching.partings.read(request.form.get("logout_token", ""), now_ms),
                now_ms,
                address,
            )
        except ProviderRefused as error:
            self._note("logout.refused", error)
            return _said(HTTPStatus.BAD_REQUEST, "invalid_request", error)
        except ProviderDown as error:
            log.warning("logout by the provider failed: %s", error)
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", error)
        access.directory.forget()
        return flask.Response(status=HTTPStatus.OK, headers={"Cache-Control": "no-store"})

    def _without_roles(self, vouched: Vouched) -> flask.Response:
        """Known, and nothing here: says which roles there are and whom to ask."""
        self._record("login.refused", vouched.name, cause="no roles", means=Means.OIDC)
        who = Identity(vouched.name, Means.OIDC, frozenset())
        answer = self._door.page_refused(who, Right.SEE)
        self._forget(answer)
        return answer

    def _guarded(self, view: Callable[[], flask.Response]) -> Callable[[], flask.Response]:
        """Refusals as the login page with one line, from where others may still log in by password."""

        def guarded() -> flask.Response:
            self._door.pace.admit(f"address {flask.request.remote_addr}")
            try:
                return view()
            except (ProviderDown, ProviderRefused, TooBusy) as error:
                return self._refused(error)

        return guarded

    def _refused(self, error: AccessError) -> flask.Response:
        if isinstance(error, ProviderRefused):
            self._note("login.refused", error)
        else:
            log.warning("login refused: %s", error)
        key, status = TOLD[type(error)]
        answer = show(self._door, self._door.spoken()(key), status=status)
        self._forget(answer)
        return answer

    def _note(self, action: str, error: ProviderRefused) -> None:
        log.warning("%s: %s", action.replace(".", " "), error)
        if self._refusals is not None:
            address = flask.request.remote_addr or "unknown"
            self._refusals.note(UNKNOWN, action, Means.OIDC.value, str(error), address)

    def _record(self, action: str, name: str, **detail: object) -> None:
        access = self._door.access
        if access.store is not None:
            address = flask.request.remote_addr or "unknown"
            change = with_audit(Change(), access.now_ms(), name, action, name, address=address, **detail)
            access.store.write(change)

    def _forget(self, answer: flask.Response) -> None:
        set_cookie(answer, self._cookie(), "", 0, secure=self._door.access.behind_tls)

    def _cookie(self) -> str:
        return cookie_name(COOKIE, secure=self._door.access.behind_tls)


def _field(name: str) -> str:
    return flask.request.args.get(name, "")[:LONGEST_FIELD]


def _said(status: HTTPStatus, kind: str, error: Exception) -> flask.Response:
    answer = flask.jsonify(error=kind, error_description=str(error))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _redirect(address: str) -> flask.Response:
    answer = flask.current_app.make_response(flask.redirect(address, HTTPStatus.SEE_OTHER))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
