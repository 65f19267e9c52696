"""The prompts of the hotline: `templates/<locale>/_hotline.toml`, with the entries that users changed.

The shipped English file says which prompts there are and which values each of them needs. A file of the user
changes single entries; for a language of their own it has all of them.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from broadcast.errors import ConfigError
from broadcast.localisation.language import FALLBACK, language_for, language_of
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.nearest import did_you_mean
from broadcast.rendering import speech
from broadcast.rendering.catalogue import Catalogue

#: The file of one language, in its folder.
FILE = "_hotline.toml"
#: The longest prompt, in seconds of speech; values count nothing.
LONGEST = 14
#: The longest prompts of the agent, who hears them before they are connected.
LONGEST_FOR_AGENTS = 6
_FOR_AGENTS = ("agent.", "topic.")
_CONTROL = re.compile(r"[\x00-\x1f\x7f<>]")


def hotline_prompts(catalogue: Catalogue, locale: str) -> Phrases:
    """Return the prompts in a language; English ones if we lack it.

    Raises:
        ConfigError: with file and line, if an entry has an unknown name, lacks a placeholder, is no text, or
            takes too long to say; or if a language lacks an entry.
    """
    english = _texts(catalogue, FALLBACK)
    known = dict(flat(_read(*english[0])))
    language = language_of(locale)
    own = [_texts(catalogue, one) for one in dict.fromkeys((language, locale.replace("_", "-")))]
    files = [file for found in own for file in found]
    if not files:
        files, language = english, FALLBACK
    return Phrases(language, language_for(language), _merged(files, known))


def working_prompts(catalogue: Catalogue, locale: str, trouble: Callable[[str], None]) -> Phrases:
    """Return the prompts in a language; if one of the user's is wrong, the shipped ones. `trouble` gets why.

    Callers must hear something, and an SMS that was promised must be sent.
    """
    try:
        return hotline_prompts(catalogue, locale)
    except ConfigError as error:
        trouble(f"the shipped prompts are used: {error}")
        return hotline_prompts(Catalogue(catalogue.folders[-1:]), locale)


def flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every entry with its name in dots: `("link.sent", "The text message is on its way.")`."""
    for name, entry in table.items():
        if isinstance(entry, dict):
            yield from flat(entry, f"{above}{name}.")
        else:
            yield f"{above}{name}", entry


def placeholders(prompt: str) -> frozenset[str]:
    """Return the names in braces; raises `ValueError` if the braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(prompt) if name is not None)


def seconds(prompt: str) -> int:
    """Return how long it takes to say a prompt, without its values."""
    return speech.seconds(re.sub(r"\{[^}]*\}", "", prompt))


def most_seconds(name: str) -> int:
    """Return how long the prompt of this name may take."""
    return LONGEST_FOR_AGENTS if name.startswith(_FOR_AGENTS) else LONGEST


def _texts(catalogue: Catalogue, locale: str) -> list[tuple[Path, str]]:
    return catalogue.texts(f"{locale}/{FILE}")


def _read(path: Path, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", hint="correct the file, or remove it") from None


def _merged(files: Sequence[tuple[Path, str]], known: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the entries of all files; those of a later file replace those of an earlier one."""
    entries: dict[str, Any] = {}
    for path, text in files:
        for name, prompt in flat(_read(path, text)):
            _refuse(name, prompt, known, f"{path}, line {_line(text, name)}")
            _put(entries, name, prompt)
    given = dict(flat(entries))
    for missing in (name for name in known if name not in given):
        raise ConfigError(f"{files[0][0]}: there is no {missing}", hint=f"write it as in the English {FILE}")
    return entries


def _refuse(name: str, prompt: object, known: Mapping[str, str], where: str) -> None:
    """Raise `ConfigError` if the entry cannot replace the shipped one."""
    if name not in known:
        raise ConfigError(
            f"{where}: there is no prompt {name}",
            hint=did_you_mean(name, known) or f"take a name from the shipped {FILE}",
        )
    if not isinstance(prompt, str) or not prompt.strip() or _CONTROL.search(prompt):
        raise ConfigError(f"{where}: {name} is no text to say", hint='write NAME = "words", without < and >')
    try:
        given = placeholders(prompt)
    except ValueError as error:
        raise ConfigError(f"{where}: {name}: {error}", hint="close each { with a }") from None
    _compare(name, given, placeholders(known[name]), where)
    if seconds(prompt) > most_seconds(name):
        raise ConfigError(
            f"{where}: {name} takes {seconds(prompt)} seconds", hint=f"shorten it to {most_seconds(name)}"
        )


def _compare(name: str, given: frozenset[str], wanted: frozenset[str], where: str) -> None:
    for missing in sorted(wanted - given):
        raise ConfigError(f"{where}: {name} lacks {{{missing}}}", hint=f"write {{{missing}}} into it")
    for unknown in sorted(given - wanted):
        raise ConfigError(
            f"{where}: {name} has no value {{{unknown}}}",
            hint=f"it may use {_braces(wanted)}" if wanted else "it has no values",
        )


def _braces(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _put(entries: dict[str, Any], name: str, prompt: str) -> None:
    *tables, last = name.split(".")
    for table in tables:
        entries = entries.setdefault(table, {})
    entries[last] = prompt


def _line(text: str, name: str) -> int:
    """Return the line of an entry: the last one of its key that stands in its table."""
    *tables, last = name.split(".")
    table, key = ".".join(tables), re.compile(rf"\s*(?:[\w.-]+\.)?[\"']?{re.escape(last)}[\"']?\s*=")
    inside, found = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([\w.\s-]+?)\s*\]", line)
        inside = header[1] if header else inside
        if inside in {table, ""} and key.match(line):
            found = number
    return found
