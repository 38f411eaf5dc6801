"""Pages that work without a script: the login, and what somebody sees who may not see a page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from access.identity import Identity
from access.rights import Right, Role, RolePolicy
from dashboard.access.setting import Elsewhere
from dashboard.document import ICON
from dashboard.language import LANGUAGES, Words, word_key

STYLE = "/assets/login.css"
ROLE_WORDS = {
    Role.VIEWER: word_key("role.viewer"),
    Role.ON_CALL: word_key("role.on_call"),
    Role.MANAGER: word_key("role.manager"),
    Role.PERFORMANCE: word_key("role.performance"),
    Role.ADMIN: word_key("role.admin"),
}


@dataclass(frozen=True, slots=True)
class LoginForm:
    """``following``: where to go afterwards, an address of ours; ``token``: against forged logins; ``told``: what was
    wrong with the last try; ``name``: as it was typed."""

    following: str
    token: str
    told: str = ""
    name: str = ""
    password: bool = True
    elsewhere: Sequence[Elsewhere] = ()


def login_page(words: Words, form: LoginForm) -> str:
    """The login in one language."""
    heading = words("page.title")
    told = f'<p class="told" role="alert">{_text(form.told)}</p>' if form.told else ""
    others = "".join(_other(each, words, form.following) for each in form.elsewhere)
    inside = f"<h1>{_text(heading)}</h1>{told}{_fields(words, form) if form.password else ''}{others}"
    return _page(words, words("login.title"), inside + _tongue(words, form.following))


def refused_page(words: Words, who: Identity, right: Right | None, policy: RolePolicy, admins: Sequence[str]) -> str:
    """Which role is needed, and who gives it."""
    roles = policy.with_right(right) if right else ()
    lines = [words("refused.who", name=who.name, roles=roles_of(words, who))]
    if roles:
        lines.append(words("refused.roles", roles=_joined(words, [role_name(words, role) for role in roles])))
    lines.append(words("refused.ask", names=_joined(words, admins)) if admins else words("refused.ask_nobody"))
    title, back = words("refused.title"), words("menu.wall")
    told = "".join(f"<p>{_text(line)}</p>" for line in lines)
    link = f'<p><a href="/?lang={words.language.id}">{_text(back)}</a></p>'
    return _page(words, title, f"<h1>{_text(title)}</h1>{told}{link}")


def role_name(words: Words, role: Role) -> str:
    """A role in words."""
    return words(ROLE_WORDS[role])


def roles_of(words: Words, who: Identity) -> str:
    """Everything that somebody is."""
    roles = [role_name(words, role) for role in Role if role in who.roles]
    return _joined(words, roles) if roles else words("role.none")


def _joined(words: Words, parts: Sequence[str]) -> str:
    return words("list.comma").join(parts)


def _fields(words: Words, form: LoginForm) -> str:
    name, password, enter = words("login.name"), words("login.password"), words("login.enter")
    first, second = ("", " autofocus") if form.name else (" autofocus", "")
    return (
        f'<form method="post" action="/login?lang={words.language.id}">'
        f'<input type="hidden" name="next" value="{_text(form.following)}">'
        f'<input type="hidden" name="token" value="{_text(form.token)}">'
        f'<label>{_text(name)}<input name="name" value="{_text(form.name)}" required maxlength="64"'
        f' autocomplete="username" autocapitalize="none" spellcheck="false"{first}></label>'
        f'<label>{_text(password)}<input name="password" type="password" required maxlength="256"'
        f' autocomplete="current-password"{second}></label>'
        f'<button type="submit">{_text(enter)}</button></form>'
    )


def leaving_page(words: Words, address: str) -> str:
    """On the way out, to where somebody logs out of the bank's own login too."""
    title = words("account.leave")
    return _page(words, title, f'<h1>{_text(title)}</h1><p><a href="{_text(address)}">{_text(title)}</a></p>')


def _other(way: Elsewhere, words: Words, following: str) -> str:
    address = f"{way.address}?{urlencode({'lang': words.language.id, 'next': following})}"
    return f'<p><a class="other" href="{_text(address)}">{_text(way.words(words.language.id))}</a></p>'


def _tongue(words: Words, following: str) -> str:
    other = next(language for language in LANGUAGES.values() if language.id != words.language.id)
    form = f'<form class="tongue" method="get" action="/login"><input type="hidden" name="lang" value="{other.id}">'
    speak = words("page.other_language")
    kept = f'<input type="hidden" name="next" value="{_text(following)}">'
    return f'{form}{kept}<button type="submit" lang="{other.tag}">{_text(speak)}</button></form>'


def _page(words: Words, title: str, inside: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{words.language.tag}"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="dark light"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="{ICON}"><link rel="stylesheet" href="{STYLE}"></head>'
        f"<body><main>{inside}</main></body></html>"
    )


def _text(text: str) -> str:
    return html.escape(text, quote=True)
