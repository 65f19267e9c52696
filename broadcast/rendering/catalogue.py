"""Find the template file of a text: folders of templates and a short chain of fallbacks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from broadcast.errors import ConfigError, TemplateError
from broadcast.localisation.language import language_of

SUFFIX = ".j2"
PUBLIC = "customers"
_LAST_RESORT = "en"
_MAX_BYTES = 128 * 1024
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template file that was found; `name` is its path below the folder it was found in."""

    name: str
    path: Path

    def read(self) -> str:
        """Return the text; raises `TemplateError` if the file is unreadable, too large or not UTF-8."""
        try:
            with self.path.open("rb") as file:
                raw = file.read(_MAX_BYTES + 1)
        except OSError as error:
            raise TemplateError(
                f"cannot read the template {self.path}: {error.strerror}",
                hint="check that this user may read it",
            ) from None
        if len(raw) > _MAX_BYTES:
            raise TemplateError(
                f"the template {self.path} has more than {_MAX_BYTES:,} bytes",
                hint="a notice is short; move pictures and long documents behind the link",
            )
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise TemplateError(
                f"{self.path}, line {line}: not UTF-8 text", hint="save the file as UTF-8"
            ) from None


class Catalogue:
    """Template folders in order of preference; a file in an earlier folder replaces those of later ones."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._found: dict[str, TemplateSource | None] = {}

    def find(self, name: str) -> TemplateSource | None:
        """Return the file `name` (relative, with `/`); refuses names and links that lead out of the folder.

        Each file is looked for once, so that a notice is written from the files that existed when it began.
        """
        if name not in self._found:
            self._found[name] = self._looked_up(name)
        return self._found[name]

    def _looked_up(self, name: str) -> TemplateSource | None:
        relative = _checked(name)
        for folder in self.folders:
            path = folder / relative
            if path.is_file():
                return TemplateSource(name, _contained(path, folder))
        return None

    def first(self, names: Sequence[str]) -> TemplateSource | None:
        """Return the first of `names` that exists."""
        return next((source for name in names if (source := self.find(name))), None)

    def texts(self, name: str) -> list[tuple[Path, str]]:
        """Return the files of that name in every folder that has one, the shipped one first."""
        relative = _checked(name)
        found = [folder for folder in reversed(self.folders) if (folder / relative).is_file()]
        sources = [TemplateSource(name, _contained(folder / relative, folder)) for folder in found]
        return [(source.path, source.read()) for source in sources]

    def locales(self) -> tuple[str, ...]:
        """Return the locales that have a folder, sorted."""
        found = {
            entry.name
            for folder in self.folders
            for entry in folder.iterdir()
            if entry.is_dir() and not entry.name.startswith(("_", "."))
        }
        return tuple(sorted(found))

    def names(self) -> tuple[str, ...]:
        """Return every template that can be found, sorted."""
        return tuple(sorted({name for folder in self.folders for name in _listing(folder)}))


def locale_chain(locale: str, default_locale: str) -> tuple[str, ...]:
    """Return where to look for a text, in order: the locale, its language, the default locale, English."""
    wanted = (locale, language_of(locale), default_locale, language_of(default_locale), _LAST_RESORT)
    named = (step.replace("_", "-") for step in wanted)
    return tuple(dict.fromkeys(step for step in named if _LOCALE.fullmatch(step)))


def audience_chain(audience: str, phases: Sequence[str], file: str) -> tuple[str, ...]:
    """Return where to look for an audience's text: its phases, then any phase, then the customers' phases."""
    audiences = dict.fromkeys((audience, PUBLIC))
    return tuple(
        f"{folder}/{file}{SUFFIX}"
        for name in audiences
        for folder in (*(f"{name}/{p}" for p in phases), name)
    )


def default_folders(override: Path | None) -> tuple[Path, ...]:
    """Return the user's folder, if any, then the shipped one (in the wheel, or in a checkout)."""
    if override is not None and not override.is_dir():
        raise ConfigError(
            f"the template folder {override} does not exist",
            hint="create it, or take `templates` out of the configuration",
        )
    package = Path(__file__).resolve().parent.parent
    places = (package / "_templates", package.parent / "templates")
    shipped = next((folder for folder in places if folder.is_dir()), None)
    if shipped is None:
        raise ConfigError("the default templates are missing", hint="reinstall broadcast")
    return (shipped,) if override is None else (override, shipped)


def _checked(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    harmless = bool(path.parts) and name == str(path) and not path.is_absolute() and ".." not in path.parts
    if harmless and "\\" not in name and "\x00" not in name and ":" not in name:
        return path
    raise TemplateError(
        f"{name!r} is no template name",
        hint="name a file below the template folder, with `/` between folders",
    )


def _contained(path: Path, folder: Path) -> Path:
    resolved = path.resolve()
    if resolved.is_relative_to(folder.resolve()):
        return resolved
    raise TemplateError(
        f"the template {path} is a link that leads out of {folder}", hint="copy the file into the folder"
    )


def _listing(folder: Path) -> Iterator[str]:
    for parent, _, files in os.walk(folder):
        for file in files:
            if file.endswith(SUFFIX):
                yield (Path(parent) / file).relative_to(folder).as_posix()
