"""Remove what is private from texts of others: providers and programs often quote what they were given.

`Secrets` knows the credentials of one channel and finds them in every spelling. The four rules after it know
no value, only shapes. Each is as strict as its reader requires:

- `redact_quotation`: the ledger keeps it and operators read it. Addresses, numbers, credentials, long tokens.
- `redact_addresses`: what stays in the ledger after somebody was forgotten. No address may survive.
- `mask_addresses`: reports. Enough of an address remains to recognise it; dates and order numbers stay.
- `redact_values`: a bug report, which may be published. Only plain words survive.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from broadcast.model.mask import HIDDEN, mask
from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected

_STRIPPED = "…"
#: A telephone number has at least so many digits; 127.0.0.1 has fewer.
FEWEST_DIGITS = 7
#: A shorter secret may be a part of ordinary words, so it is stripped only as a word of its own.
_DISTINCT = 6
_DISTINCT_BASE64 = 4
#: A part of a secret URL that is shorter, or has no digit, is the same in all of the provider's URLs.
_DISTINCT_PART = 8
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")

#: A word that announces a credential and the next word; an address; a number; a long token.
_QUOTED_PRIVATELY = re.compile(
    r"\b(?:basic|bearer|oauth|token|key)\b[\s:=\"']+\S+|\S+@\S+|\+?\d[\d ()/.-]{5,}\d|\S{20,}",
    re.IGNORECASE,
)
#: A telephone number, however it is grouped, but no date; or anything with an @ in it.
_ANY_ADDRESS = re.compile(
    r"""(?<!\d)(?!\d{4}-\d\d-\d\d)\+?\d[\d ()/.-]{5,}\d"""
    r"""|(?<![^\s<>@"'(),;:])[^\s<>@"'(),;:]+@[^\s<>@"'(),;:]+"""
)
_ATOM = r"[\w.!#$%&'*+/=?^`{|}~-]"
#: A number as we write it ourselves, E.164; or a mailbox whose domain has a dot.
_CERTAIN_ADDRESS = re.compile(rf"\+[0-9]{{7,15}}\b|(?<!{_ATOM}){_ATOM}+@[\w-]+(?:\.[\w-]+)+")
_IN_QUOTES = re.compile(r"(['\"]).*?\1", re.DOTALL)
#: A word with a digit or a sign that credentials have; or one that is too long for a word.
_NO_PLAIN_WORD = re.compile(r"""(?=[^\s'"]*[\d!@#$%^&*+=/])[^\s'"]{5,}|[^\s'"]{16,}""")

_Answered = TypeVar("_Answered", Outcome, Probe)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one channel. `values` are in clear; they are stripped from texts in every usual form.

    The forms are: as it is; as JSON, URLs, HTML and base64 encode it; and inside the base64 of a longer text,
    for example `user:password`. If a secret is a URL, its parts are secret, too.
    """

    values: frozenset[str] = field(default=frozenset(), repr=False)
    _forms: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_forms", _pattern(self.values))

    def masked(self, text: str) -> str:
        """Return `text` with an ellipsis in place of each secret."""
        if self._forms is None or not text:
            return text
        kept, end = [], 0
        for start, stop in _spans(self._forms, text):
            if start >= end:
                kept.append(text[end:start])
            end = max(end, stop)
        return _STRIPPED.join([*kept, text[end:]])

    def stripped(self, answered: _Answered) -> _Answered:
        """Return an outcome or a probe without secrets in its words; the provider's references stay."""
        match answered:
            case Accepted(detail=None, warning=None):
                return answered
            case Accepted(detail=detail, warning=warning):
                return replace(answered, detail=self._maybe(detail), warning=self._maybe(warning))
            case Rejected(reason=reason, code=code):
                return replace(answered, reason=self.masked(reason), code=self._maybe(code))
            case Probe(detail=detail):
                return replace(answered, detail=self.masked(detail))
            case _:
                return replace(answered, reason=self.masked(answered.reason))

    def _maybe(self, text: str | None) -> str | None:
        return None if text is None else self.masked(text)


def redact_quotation(text: str) -> str:
    """Return the words of a provider without credentials, addresses, numbers and long tokens."""
    return _QUOTED_PRIVATELY.sub(_STRIPPED, text)


def redact_addresses(text: str) -> str:
    """Return `text` without a telephone number, however it is written, and without anything around an @."""
    return _ANY_ADDRESS.sub(_without_address, text)


def mask_addresses(text: str) -> str:
    """Return `text` with each telephone number in E.164 and each e-mail address masked."""
    return _CERTAIN_ADDRESS.sub(lambda match: mask(match.group()), text)


def redact_values(text: str) -> str:
    """Return an error message without quoted values and without words that may be data."""
    return _NO_PLAIN_WORD.sub(HIDDEN, _IN_QUOTES.sub(HIDDEN, text))


def _without_address(match: re.Match[str]) -> str:
    text = match.group()
    enough = "@" in text or sum(character.isdigit() for character in text) >= FEWEST_DIGITS
    return HIDDEN if enough else text


def _spans(forms: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of secrets in `text`, in order; for base64, the whole encoded text."""
    done = 0
    for found in forms.finditer(text):
        start, end = found.start(), max(found.end(), done)
        if found.lastgroup == "base64":
            while start > done and text[start - 1] in _BASE64:
                start -= 1
            while end < len(text) and text[end] in _BASE64:
                end += 1
        yield start, end
        done = end


def _pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    secrets = {part for value in values if value for part in (value, *_parts(value))}
    plain = {form for secret in secrets for form in _spelled(secret)}
    encoded = {core for secret in secrets for core in _cores(secret.encode(errors="surrogatepass"))}
    groups = {"base64": {*map(re.escape, encoded)}, "plain": {*map(_bounded, plain)}}
    branches = [
        f"(?P<{name}>{'|'.join(sorted(each, key=len, reverse=True))})"
        for name, each in groups.items()
        if each
    ]
    return re.compile("|".join(branches)) if branches else None


def _bounded(form: str) -> str:
    """Return a pattern that finds a short secret only as a word of its own."""
    pattern = re.escape(form)
    return pattern if len(form) >= _DISTINCT else rf"(?<![^\W_]){pattern}(?![^\W_])"


def _spelled(secret: str) -> Iterator[str]:
    """Yield the spellings of the secret in a text, a JSON document, a URL, a form or a page."""
    yield secret
    yield " ".join(secret.split())
    for ascii_only in (True, False):
        as_json = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield from (as_json, as_json.replace("/", "\\/"))
    yield from (escape(secret), escape(secret, quote=False))
    for encode in (quote, quote_plus):
        for safe in ("", "/"):
            form = encode(secret, safe=safe, errors="replace")
            yield from (form, re.sub("%..", lambda code: code.group().lower(), form))


def _cores(secret: bytes) -> Iterator[str]:
    """Yield the base64 of the secret in both alphabets, for each offset inside a longer text."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + secret).decode().rstrip("=")
        first = -(-8 * before // 6)
        last = 8 * (before + len(secret)) // 6
        core = encoded[first:last]
        if len(core) >= _DISTINCT_BASE64:
            yield from (core, core.translate(str.maketrans("+/", "-_")))


def _parts(secret: str) -> Iterator[str]:
    """Yield the parts of a URL that are secret themselves."""
    if "://" not in secret:
        return
    try:
        parts = urlsplit(secret)
        password = parts.password
    except ValueError:
        return
    yield from (part for part in (f"{parts.path}?{parts.query}", password or "") if len(part) > 1)
    pieces = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)), parts.username or ""]
    for piece in pieces:
        if len(piece) >= _DISTINCT_PART and any(character.isdigit() for character in piece):
            yield from (piece, unquote(piece))
