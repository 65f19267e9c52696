"""An interface of others as data: templates with places, and paths into an answer.

A value is put into its place in one pass and then encoded with everything around it, as JSON, as a form or in
the address. So a text stays inside its place, whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from broadcast.channels.responses import text_of

#: What fills the places; a number stays one in JSON.
Values: TypeAlias = Mapping[str, str | int]
_PLACE = re.compile(r"\{([a-z_]+)\}")


def filled(template: object, values: Values, encoded: Callable[[str], str] = str) -> object:
    """Return `template` with its places filled; a place inside a value is not filled.

    A text that is nothing but the place of a number becomes that number: gateways that take JSON want one.
    """
    if isinstance(template, str):
        alone = _PLACE.fullmatch(template)
        value = values.get(alone[1]) if alone else None
        if isinstance(value, int):
            return value
        return _PLACE.sub(lambda place: encoded(str(values.get(place[1], place[0]))), template)
    if isinstance(template, Mapping):
        return {name: filled(inner, values, encoded) for name, inner in template.items()}
    if isinstance(template, list):
        return [filled(inner, values, encoded) for inner in template]
    return template


def places(template: object) -> Iterator[str]:
    """Yield the names of all places in `template`."""
    if isinstance(template, str):
        yield from _PLACE.findall(template)
    elif isinstance(template, Mapping):
        for inner in template.values():
            yield from places(inner)
    elif isinstance(template, list):
        for inner in template:
            yield from places(inner)


def at(document: object, path: str) -> object:
    """Return the value at a path like `messages.0.id`; None if missing. "" is the whole document."""
    found = document
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def text_at(document: object, path: str) -> str:
    """Return the text or number at `path`, as text; "" if missing."""
    return text_of({path: at(document, path)}, path)
