"""Shapes of the options that adapters define: values that a provider certainly refuses are refused early.

A shape takes the value of an option, returns what the adapter reads, and raises `Wrong` with the fix. Its
message never repeats the value, because it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias

from broadcast.config import shapes
from broadcast.config.problems import Wrong
from broadcast.config.secret import Reference, SecretNotSet
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.domain import ascii_domain, ascii_url

Shape: TypeAlias = Callable[[object], object]
Shapes: TypeAlias = Mapping[str, Shape]

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"[0-9]{3,8}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9 &_+.-]*", re.ASCII)
_NAME_MOST = 11  # GSM 03.38: an address field holds 11 septet-packed letters


def matching(expression: str, what: str, fix: str) -> Shape:
    """Return the shape of a text that `expression` matches as a whole; `what` names it: "an account SID"."""
    compiled = re.compile(expression, re.ASCII)

    def shape(value: object) -> str:
        if isinstance(value, str) and compiled.fullmatch(value.strip()):
            return value.strip()
        raise Wrong(f"is not {what}", fix)

    return shape


def between(least: int, most: int, fix: str) -> Shape:
    """Return the shape of a whole number from `least` to `most`."""

    def shape(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise Wrong(f"must be a whole number from {least} to {most}", fix)

    return shape


def listing(example: str) -> Shape:
    """Return the shape of a list of texts, like those in `example`."""

    def shape(value: object) -> list[str]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        raise Wrong("must be a list of texts", f"write {example}, or in a variable: one, two")

    return shape


#: Addresses and networks that are not public, and that a channel may connect to all the same.
private_addresses = listing('allow_private = ["10.0.0.5", "192.168.7.0/24"]')

#: A secret that is sent in a header: printable ASCII without spaces.
token = matching(r"[!-~]+", "a token", "copy it again; it has no spaces, line breaks or letters with accents")


def words(value: object) -> str:
    """Read a text, which may be empty."""
    if isinstance(value, str):
        return value.strip()
    raise Wrong("must be a text", "write it in quotation marks")


def flag(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise Wrong("must be true or false", "write true or false, without quotation marks")


def table(value: object) -> Mapping[str, object]:
    """Read a table, which no variable can hold."""
    if isinstance(value, Mapping):
        return value
    fix = "write it in the file, in { braces } or under its own [heading]; a variable cannot hold a table"
    raise Wrong("must be a table", fix)


def listed_or_table(value: object) -> object:
    """Read a list of texts, or a table."""
    return value if isinstance(value, Mapping) else _components(value)


_components = listing('components = ["one", "two"]')


def web_address(value: object) -> str:
    """Read an http or https address; return it with its host in the ASCII form of IDNA 2008."""
    return ascii_url(shapes.url(value))


def host(value: object) -> str:
    """Read the name, in the ASCII form of IDNA 2008, or the address of a server: no scheme, port or path."""
    spelled = value.strip() if isinstance(value, str) else ""
    name = ascii_domain(spelled)
    if name and not re.search(r"[\s/@?#]|:(?!.*:)", spelled):
        return name
    raise Wrong("is not the name of a server", 'write it like "smtp.example.com"; the port has its own key')


def phone_number(value: object) -> str:
    """Read a phone number in the international form, E.164."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return value.strip()
    raise Wrong("is not an international phone number", 'write it like "+4930231250", without spaces')


def sms_sender(value: object) -> str:
    """Read the sender of an SMS: a number, a short code, or a name of at most 11 characters.

    GSM 03.38 packs a name into at most 11 letters of seven bits. Twilio takes ASCII letters, digits, space
    and a few signs, with at least one letter.
    """
    spelled = value.strip() if isinstance(value, str) else ""
    if _NUMBER.fullmatch(spelled) or _SHORT_CODE.fullmatch(spelled):
        return spelled
    fix = 'write a number like "+4930231250", or a name of at most 11 letters and digits like "MusterShop"'
    if not any(letter.isalpha() for letter in spelled):
        raise Wrong("is neither a phone number nor a name", fix)
    if not _NAME.fullmatch(spelled):
        raise Wrong("has a character that phones do not show in a sender's name", fix)
    if len(spelled) > _NAME_MOST:
        raise Wrong(f"is a name of {len(spelled)} characters; phones take {_NAME_MOST}", fix)
    return spelled


def wrong_options(settings: ChannelSettings, known: Shapes) -> Iterator[ConfigError]:
    """Yield an error for each option without its shape; secrets that are not set yet are skipped."""
    for key, value in settings.options.items():
        try:
            given = resolved(value, f"{settings.place(key)}: {key}")
            if key in known:
                _read(given, known[key], typeless=_is_typeless(settings, key))
        except SecretNotSet:
            continue
        except Wrong as wrong:
            yield ConfigError(f"{settings.place(key)}: {key} {wrong}", hint=wrong.fix)
        except ConfigError as error:
            yield error


def shaped(settings: ChannelSettings, known: Shapes) -> dict[str, object]:
    """Return the options with the values that the adapter reads: numbers from variables are numbers.

    A value without its shape stays as it is; `wrong_options` names it. References inside tables stay, because
    only the adapter knows their use.
    """
    options = dict(settings.options)
    for key in options.keys() & known.keys():
        with suppress(Wrong, ConfigError):
            value = options[key]
            given = value if isinstance(value, Mapping) else resolved(value, key)
            options[key] = _read(given, known[key], typeless=_is_typeless(settings, key))
    return options


def resolved(value: object, origin: str) -> object:
    """Return the value with its references replaced, also those inside tables and lists.

    Raises `SecretNotSet` or another `ConfigError` that begins with `origin`.
    """
    if isinstance(value, Reference):
        return value.resolve(origin)
    if isinstance(value, Mapping):
        return {name: resolved(inner, f"{origin}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, origin) for inner in value]
    return value


def _is_typeless(settings: ChannelSettings, key: str) -> bool:
    """Return whether the value is from a variable or a reference, where everything is a text."""
    return key in settings.typeless or isinstance(settings.options[key], Reference)


def _read(value: object, shape: Shape, *, typeless: bool) -> object:
    """Return the value in its shape.

    A number may be in quotation marks; a value without a type may also be any other shape.
    """
    try:
        return shape(value)
    except Wrong:
        if not isinstance(value, str):
            raise
        for typed in shapes.readings(value) if typeless else shapes.numbers(value):
            try:
                return shape(typed)
            except Wrong:
                continue
        raise
