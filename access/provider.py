"""The bank's identity provider (OpenID Connect): its addresses and keys, and what becomes of a code.

Everything that comes from it is checked; what fails is one line. Nothing here knows of browsers.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from access.errors import ProviderDown, ProviderRefused, TooBusy
from outgoing.secrets import Secret
from outgoing.within import WithinAdapter

NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
BASIC = "client_secret_basic"
WELL_KNOWN = "/.well-known/openid-configuration"
TIMEOUT_SECONDS = (3.05, 5.0)
KEPT_SECONDS = 3600.0
DOWN_SECONDS = 5.0
"""After a failure nobody waits for it again so long."""
KEYS_AGAIN_SECONDS = 10.0
"""A token under an unknown key has the keys read anew, at most so often: providers change them."""
MOST_BYTES = 1_000_000
AT_A_TIME = 4
NEVER = float("-inf")
LONGEST_WORD = 80
PLAIN_TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")
"""What may stand in a header."""
SessionKind = TypeVar("SessionKind", bound=requests.Session)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """What we are at the provider. ``secret``: None for a public client, which PKCE alone guards; ``ca_file``: of its
    certificate, True for the system's."""

    issuer: str
    id: str
    secret: Secret | None
    redirect: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    verify: str | bool = True


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses of a provider. ``leave``: where somebody logs out of it, ``userinfo``: where it says
    more of somebody; empty where it has none."""

    authorize: str
    token: str
    keys: str
    leave: str
    basic: bool
    userinfo: str = ""


class Provider:
    """Asked over HTTP; shared by all requests of one process."""

    def __init__(self, client: Client, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seats = threading.BoundedSemaphore(AT_A_TIME)
        self._endpoints: Endpoints | None = None
        self._read_s = self._down_s = self._keys_s = NEVER
        self._down = ""
        self._keys: KeySet | None = None

    def endpoints(self) -> Endpoints:
        """Read anew once an hour; what was known before will do while it is away. Raises ProviderDown."""
        with self._lock:
            if self._endpoints is not None and self._monotonic() - self._read_s < KEPT_SECONDS:
                return self._endpoints
            self._refuse_while_down()
            try:
                self._endpoints = self._discovered()
            except ProviderDown as error:
                self._down_s, self._down = self._monotonic(), str(error)
                if self._endpoints is None:
                    raise
                log.warning("%s; going on with its addresses of before", error)
            self._read_s = self._monotonic()
            return self._endpoints

    def begin(self, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to log in. Raises ProviderDown."""
        address, _ = self._session().create_authorization_url(
            self.endpoints().authorize, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(address)

    def redeem(self, code: str, verifier: str) -> Mapping[str, Any]:
        """What the provider gives for a code. Raises ProviderDown, ProviderRefused, TooBusy."""
        endpoints = self.endpoints()
        if not self._seats.acquire(blocking=False):
            raise TooBusy
        try:
            return self._redeemed(endpoints, code, verifier)
        finally:
            self._seats.release()

    def keys(self, *, anew: bool = False) -> KeySet:
        """Keys that it signs with. ``anew``: one was missing. Raises ProviderDown."""
        address = self.endpoints().keys
        with self._lock:
            age_s = self._monotonic() - self._keys_s
            if self._keys is None or age_s >= KEPT_SECONDS or (anew and age_s >= KEYS_AGAIN_SECONDS):
                self._keys = self._fetched_keys(address)
                self._keys_s = self._monotonic()
            return self._keys

    def more_of(self, access_token: object) -> Mapping[str, Any]:
        """What it says of somebody beside the ID token; nothing where it has no such place. Raises ProviderDown,
        TooBusy."""
        address = self.endpoints().userinfo
        if not address or not isinstance(access_token, str) or not PLAIN_TOKEN.fullmatch(access_token):
            return {}
        if not self._seats.acquire(blocking=False):
            raise TooBusy
        try:
            return self._json(address, access_token)
        finally:
            self._seats.release()

    def _redeemed(self, endpoints: Endpoints, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            with self._session(basic=endpoints.basic) as session:
                given = session.fetch_token(
                    endpoints.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT_SECONDS,
                    verify=self.client.verify,
                    allow_redirects=False,
                )
        except OAuthError as error:
            raise ProviderRefused(f"takes the code of this login not: {_word(error.error)}") from None
        except requests.RequestException as error:
            raise ProviderDown(f"gives no token: {type(error).__name__}") from None
        except ValueError:
            raise ProviderDown("gives no token: the answer is no JSON") from None
        return dict(given)

    def _session(self, *, basic: bool = True) -> OAuth2Session:
        secret = self.client.secret
        way = "none" if secret is None else BASIC if basic else "client_secret_post"
        session = OAuth2Session(
            self.client.id,
            None if secret is None else secret.reveal(),
            token_endpoint_auth_method=way,
            scope=" ".join(self.client.scopes),
            redirect_uri=self.client.redirect,
            code_challenge_method="S256",
        )
        return _within(session)

    def _refuse_while_down(self) -> None:
        if self._endpoints is None and self._monotonic() - self._down_s < DOWN_SECONDS:
            raise ProviderDown(self._down.removeprefix("identity provider: "))

    def _discovered(self) -> Endpoints:
        found = self._json(self.client.issuer.rstrip("/") + WELL_KNOWN)
        if found.get("issuer") != self.client.issuer:
            raise ProviderDown(f"calls itself {_word(found.get('issuer'))}, not {self.client.issuer}; correct issuer:")
        authorize, token, keys = (_needed(found, each) for each in NEEDED)
        ways = found.get("token_endpoint_auth_methods_supported", [BASIC])
        basic = not isinstance(ways, list) or BASIC in ways
        leave, userinfo = (_address(found, f"{name}_endpoint") for name in ("end_session", "userinfo"))
        return Endpoints(authorize, token, keys, leave, basic, userinfo)

    def _fetched_keys(self, address: str) -> KeySet:
        found = self._json(address)
        try:
            return KeySet.import_key_set({"keys": [key for key in found["keys"] if key.get("use", "sig") == "sig"]})
        except (JoseError, KeyError, ValueError, TypeError, AttributeError):
            raise ProviderDown("shows no keys that can be read") from None

    def _json(self, address: str, token: str = "") -> Mapping[str, Any]:
        try:
            with (
                _within(requests.Session()) as session,
                session.get(
                    address,
                    headers={"Authorization": f"Bearer {token}"} if token else {},
                    timeout=TIMEOUT_SECONDS,
                    verify=self.client.verify,
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
                status = answer.status_code
        except (requests.RequestException, OSError) as error:
            raise ProviderDown(f"is not reached: {type(error).__name__}") from None
        if status != requests.codes.ok:
            raise ProviderDown(f"answers HTTP {status}")
        return _mapping(content)


def _within(session: SessionKind) -> SessionKind:
    """The same session; no exchange takes longer, however slowly the other side speaks."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, WithinAdapter(sum(TIMEOUT_SECONDS)))
    return session


def _mapping(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content) if len(content) <= MOST_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderDown("answers something that is no JSON object")
    return found


def _needed(found: Mapping[str, Any], name: str) -> str:
    address = _address(found, name)
    if not address:
        raise ProviderDown(f"names no {name}")
    return address


def _address(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""


def _word(value: object) -> str:
    """A word of the other side, for a line of ours."""
    return repr(str(value)[:LONGEST_WORD])
