"""Sections ``access.oidc`` and ``access.proxy``: what is refused before anything starts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from configuration.access import AccessSettings

OIDC = {
    "issuer": "https://sso.bank.example/realms/bank",
    "client_id": "lending-control",
    "client_secret_env": "CENTER_OIDC_SECRET",
    "public_url": "https://center.bank.example",
    "roles": {"center-admins": ["admin"]},
}
PROXY = {"networks": ["127.0.0.1/32"], "default_roles": ["viewer"]}


def test_both_ways_are_off_unless_they_are_named() -> None:
    assert AccessSettings().oidc is None
    assert AccessSettings().proxy is None
    assert AccessSettings(ways=("oidc", "proxy"), oidc=OIDC, proxy=PROXY).administered  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({"ways": ["proxy"], "proxy": {**PROXY, "networks": ["0.0.0.0/0"]}}, "too wide"),
        ({"ways": ["proxy"], "proxy": {**PROXY, "networks": ["::/0"]}}, "too wide"),
        ({"ways": ["proxy"], "proxy": {**PROXY, "networks": ["10.0.0.0/8"]}}, "too wide"),
        ({"ways": ["proxy"], "proxy": {**PROXY, "networks": ["*"]}}, "networks"),
        ({"ways": ["proxy"], "proxy": {**PROXY, "networks": []}}, "networks"),
        ({"ways": ["proxy"], "proxy": {**PROXY, "user_header": "Authorization"}}, "means something else"),
        ({"ways": ["proxy"], "proxy": {"networks": ["127.0.0.1/32"]}}, "nobody would have a role"),
        ({"ways": ["proxy"], "proxy": PROXY, "trusted_proxy": "10.0.0.5"}, "trusted_proxy"),
        ({"ways": ["password"], "trusted_proxy": "10.0.0.5.6"}, "is no address"),
        ({"ways": ["proxy"]}, "section access.proxy is missing"),
        ({"ways": ["password"], "proxy": PROXY}, "ways: names it not"),
        ({"ways": ["oidc"]}, "section access.oidc is missing"),
        ({"ways": ["oidc"], "oidc": {**OIDC, "issuer": "http://sso.bank.example"}}, "takes https"),
        ({"ways": ["oidc"], "oidc": {**OIDC, "public_url": "http://center.bank.example"}}, "takes https"),
        ({"ways": ["oidc"], "oidc": {**OIDC, "scopes": ["profile"]}}, "openid is missing"),
        ({"ways": ["oidc"], "oidc": {**OIDC, "client_secret_file": "secret"}}, "not both"),
        ({"ways": ["oidc"], "oidc": {**OIDC, "roles": {"x": ["king"]}}}, "king"),
    ],
)
def test_what_lets_anybody_or_nobody_in_is_refused(given: dict[str, Any], cause: str) -> None:
    with pytest.raises(ValidationError, match=cause.replace("(", "\\(")):
        AccessSettings.model_validate(given)
