"""The organisation's own answers to questions that no incident answers: a file of TOML.

```toml
[[answer]]
id = "deliveries"
questions = ["When do you deliver?", "Wann liefern Sie?"]
de = "Wir liefern werktags bis 18 Uhr."
en = "We deliver on weekdays until 6 pm."
```
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcast.errors import ConfigError
from broadcast.model.text import has_controls

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_LONGEST = 300
_EXAMPLE = 'write [[answer]] with id = "deliveries", questions = ["When do you deliver?"] and en = "..."'
#: The ids of answers begin so, that none is taken for a sentence of an incident.
PREFIX = "faq:"


@dataclass(frozen=True, slots=True)
class FaqAnswer:
    """One answer in each language, and questions that it answers."""

    id: str
    questions: tuple[str, ...]
    answers: Mapping[str, str]


def read_faq(path: Path) -> tuple[FaqAnswer, ...]:
    """Return the answers in a file; raises `ConfigError` with the place of what is wrong."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"[ai] faq: {path} cannot be read: {error.strerror}", hint="check the path"
        ) from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", hint="correct the file") from None
    given = tables.get("answer")
    if set(tables) - {"answer"} or not isinstance(given, list) or not given:
        raise ConfigError(f"{path}: it has no list of answers, or something else beside it", hint=_EXAMPLE)
    answers = tuple(_answer(one, f"{path}: answer {number}") for number, one in enumerate(given, 1))
    for number, one in enumerate(answers):
        if one.id in {other.id for other in answers[:number]}:
            raise ConfigError(
                f"{path}: answer {number + 1}: id {one.id.removeprefix(PREFIX)} is there twice",
                hint="name each once",
            )
    return answers


def _answer(given: object, where: str) -> FaqAnswer:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{where} is no table", hint=_EXAMPLE)
    name, questions = given.get("id"), given.get("questions", [])
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ConfigError(
            f"{where}: id is missing, or not of small letters, digits and hyphens", hint=_EXAMPLE
        )
    if not isinstance(questions, list) or not all(isinstance(one, str) for one in questions):
        raise ConfigError(f"{where}: questions is no list of texts", hint=_EXAMPLE)
    answers = dict(_texts(given, where))
    if not answers:
        raise ConfigError(f"{where}: it has no answer in any language", hint=_EXAMPLE)
    return FaqAnswer(f"{PREFIX}{name}", tuple(questions), answers)


def _texts(given: Mapping[str, object], where: str) -> Iterator[tuple[str, str]]:
    for key, text in given.items():
        if key in {"id", "questions"}:
            continue
        if not _LOCALE.fullmatch(key):
            raise ConfigError(f"{where}: {key} is neither id, questions nor a language", hint=_EXAMPLE)
        if not isinstance(text, str) or not text.strip() or has_controls(text) or len(text) > _LONGEST:
            raise ConfigError(
                f"{where}: {key} is no line of text of at most {_LONGEST} characters",
                hint="write one or two sentences: a caller hears them",
            )
        yield key, text.strip()
