"""Remove secrets from texts of providers, which often quote a credential that they refuse."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected

_STRIPPED = "…"
#: A shorter secret may be a part of ordinary words, so it is stripped only as a word of its own.
_DISTINCT = 6
_DISTINCT_BASE64 = 4
#: A part of a secret URL that is shorter, or has no digit, is the same in all of the provider's URLs.
_DISTINCT_PART = 8
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")

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
