"""The checks of the template files: syntax, the same facts in all languages, old names, places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeAlias

from broadcast.errors import BroadcastError, ConfigError
from broadcast.rendering.catalogue import Catalogue
from broadcast.rendering.hotline_prompts import FILE, hotline_prompts
from broadcast.rendering.placement import misplaced
from broadcast.rendering.proof import sources
from broadcast.rendering.proof.finding import Finding, Gravity
from broadcast.rendering.text_draft import Templates

#: The gravity of a problem in the template of that name.
GravityOf: TypeAlias = Callable[[str], Gravity]


def gravity(catalogue: Catalogue, name: str) -> Gravity:
    """Return `error` for a shipped file, and `warning` for a user's own file: its author may know better."""
    source = catalogue.find(name)
    shipped = source is not None and source.path.is_relative_to(catalogue.folders[-1].resolve())
    return Gravity.ERROR if shipped else Gravity.WARNING


def with_own_texts(catalogue: Catalogue, audiences: Sequence[str]) -> list[str]:
    """Return the audiences that have a folder; the others get the customers' texts."""
    folders = {PurePosixPath(name).parts[1] for name in catalogue.names() if name.count("/") > 1}
    return [audience for audience in audiences if audience in folders]


def findings(catalogue: Catalogue, locales: Sequence[str], audiences: Sequence[str]) -> Iterator[Finding]:
    """Yield every finding about the files of these languages."""
    templates = Templates(catalogue, locales[0])
    yield from _sound(templates, locales)
    yield from _misplaced(templates, audiences)
    yield from _prompts(catalogue, locales)


def _prompts(catalogue: Catalogue, locales: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with the prompts of the hotline, one problem a language."""
    for locale in locales:
        try:
            hotline_prompts(catalogue, locale)
        except ConfigError as error:
            yield Finding(f"{locale}/{FILE}", Gravity.ERROR, str(error), error.hint or "")


def _misplaced(templates: Templates, audiences: Sequence[str]) -> Iterator[Finding]:
    """Yield files that no text is written from and no other file includes."""
    names = templates.catalogue.names()
    found = {name: why for name in names if (why := misplaced(name, audiences))}
    if not found:
        return
    included = templates.plain.included(names)
    for name, why in found.items():
        if name.partition("/")[2] not in included and name not in included:
            yield Finding(name, Gravity.ERROR if why.certain else Gravity.WARNING, why.problem, why.hint)


def _sound(templates: Templates, locales: Sequence[str]) -> Iterator[Finding]:
    """Yield files that do not compile, use former names, or lack facts that another language has."""
    for name in templates.catalogue.names():
        locale, _, rest = name.partition("/")
        shared = locale.startswith("_")
        if not shared and locale not in locales:
            continue
        try:
            names = templates.plain.names(name if not shared else f"{locales[0]}/{name}")
        except BroadcastError as error:
            yield Finding(str(error).partition(": ")[0], Gravity.ERROR, str(error), error.hint or "")
            continue
        source = templates.catalogue.find(name)
        for problem, hint in sources.problems(source.read(), names) if source else ():
            yield Finding(name, Gravity.WARNING, problem, hint)
        for other in locales if locale == locales[0] else ():
            yield from _difference(templates, name, f"{other}/{rest}", names)


def _difference(templates: Templates, name: str, twin: str, names: frozenset[str]) -> Iterator[Finding]:
    if templates.catalogue.find(twin) is None:
        yield Finding(name, Gravity.WARNING, f"has no twin {twin}", "translate it")
        return
    try:
        odd = names ^ templates.plain.names(twin)
    except BroadcastError:
        return  # reported for its own file
    if odd:
        yield Finding(
            name,
            Gravity.WARNING,
            f"does not speak of the same facts as {twin}: {', '.join(sorted(odd))}",
            "show them in both languages, or in neither",
        )
