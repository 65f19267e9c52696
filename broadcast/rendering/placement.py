"""Check whether a template file is in a place where texts are looked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from broadcast.model.channel import ChannelKind
from broadcast.model.nearest import suggest
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import PUBLIC, SUFFIX

#: Kinds with one text for everybody: the customers' one.
PUBLISHED = frozenset({ChannelKind.SOCIAL, ChannelKind.PAGE, ChannelKind.HOTLINE})
#: Folders of situations, and those of phases, which existed first.
_PHASES = frozenset(one.value for names in (Situation, TextPhase) for one in names)
_PERSONAL = frozenset(f"{kind.value}.txt" for kind in ChannelKind if kind not in PUBLISHED)
_PARTS = frozenset({"email.subject", "email.html", "desk.subject"})
_FOR_EVERYBODY = frozenset({"page.title", *(f"{kind.value}.txt" for kind in PUBLISHED)})
_FILES = _PERSONAL | _PARTS | _FOR_EVERYBODY
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Why no text is written from a file, and what to do. `certain`: no configuration could use it."""

    problem: str
    hint: str
    certain: bool = True


def misplaced(name: str, audiences: Collection[str]) -> Misplaced | None:
    """Return why no text is written from the template `name`, for a configuration with these audiences.

    None if it is used. A name that begins with `_` is for includes, and is correct in any folder.
    """
    parts = PurePosixPath(name.removesuffix(SUFFIX)).parts
    if any(part.startswith("_") for part in parts):
        return None
    if not _LANGUAGE.fullmatch(parts[0]):
        return _never(f"{parts[0]} is not a language", "put it below the language: de/... or en/...")
    locale, *folders, file = parts
    if len(folders) not in {1, 2}:
        return _never("it is in the wrong folder", "write <locale>/<audience>/<situation>/<kind>.j2")
    return next(_unknown(locale, folders, file, audiences), None)


def _unknown(
    locale: str, folders: Sequence[str], file: str, audiences: Collection[str]
) -> Iterator[Misplaced]:
    audience, *phases = folders
    for phase in phases:
        if phase not in _PHASES:
            yield _never(f"there is no situation {phase}", suggest(phase, _PHASES))
    if file not in _FILES:
        yield _never(f"there is no kind of text {file}", suggest(file, _FILES))
    if audience != PUBLIC and file in _FOR_EVERYBODY:
        yield _never("posts, pages and hotline are the same for everybody", f"move it to {locale}/{PUBLIC}")
    if audience not in audiences:
        yield _never(f"there is no audience {audience}", suggest(audience, audiences), certain=False)


def _never(why: str, hint: str, *, certain: bool = True) -> Misplaced:
    return Misplaced(f"it is never used: {why}", hint, certain)
