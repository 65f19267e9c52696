"""Write a first configuration: complete, commented, in the user's language, and ready for a rehearsal."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, count
from pathlib import Path

from broadcast.config.atomic_file import write_atomically
from broadcast.errors import Refused, UsageError

_PRIVATE = 0o600  # for files with people's addresses
_COMMON = 0o644
_CONFIGURATION = "broadcast.toml"
_SOURCES = {
    ".env.example": "env",
    "contacts/customers.csv": "customers.csv",
    "contacts/agents.csv": "agents.csv",
}
_IGNORE = ".gitignore"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_TEXTS = Path(__file__).parent / "starter"  # its phone numbers and domains are reserved for examples
_LANES = '[["email", "mail-backup", "sms"], ["site"]]'
_LANES_WITH_PUBLIC = '[["email", "mail-backup", "sms"], ["x"], ["page"], ["site"]]'


class StarterLanguage(StrEnum):
    """The languages for the comments, sample texts and sample contacts of a configuration."""

    DE = "de"
    EN = "en"

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> StarterLanguage:
        """Return the language of the shell (LC_ALL, LC_MESSAGES, then LANG); English if none is set."""
        named = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        first = next(filter(None, named), "").lower()
        return cls.DE if first.replace("-", "_").partition("_")[0].partition(".")[0] == cls.DE else cls.EN


@dataclass(frozen=True, slots=True)
class Starter:
    """The files that were written, and the commands to type next.

    `kept` are files that were there and were not changed. `aside` are the user's files that were renamed:
    pairs of the old and the new path.
    """

    written: tuple[Path, ...]
    next: tuple[str, ...]
    kept: tuple[Path, ...] = ()
    aside: tuple[tuple[Path, Path], ...] = ()


def initialise(folder: Path, language: StarterLanguage, *, sandbox: bool, force: bool) -> Starter:
    """Write a configuration and made-up contacts into `folder`.

    With `sandbox`, every kind of channel is configured, so that all can be rehearsed without an account.
    With `force`, existing files are replaced; files that the user wrote or changed are renamed first. An
    existing `.gitignore` is kept.

    Raises:
        Refused: A file exists and `force` is not set, or a link or a folder has its name.
        UsageError: A file cannot be written.
        OSError: The disk is full.
    """
    files = {_CONFIGURATION: configuration(language, sandbox=sandbox)}
    files |= {name: _text(language, source) for name, source in _SOURCES.items()}
    _refuse_links(folder, files)
    existing = [name for name in files if (folder / name).exists()]
    if existing and not force:
        raise Refused(
            f"there is already {', '.join(existing)} in {folder}; nothing was written",
            hint="work with what is there; --force writes new files, and keeps yours beside them",
        )
    ignoring = folder / _IGNORE
    kept = (ignoring,) if ignoring.exists() else ()
    if not kept:
        files[_IGNORE] = _text(language, "gitignore")
    aside = tuple(_set_aside(folder / name) for name in existing if not _is_ours(folder / name, name))
    for name, text in files.items():
        _write(folder / name, text, _PRIVATE if name.startswith("contacts/") else _COMMON)
    steps = _REHEARSE[language] if sandbox else _PREPARE
    return Starter(tuple(folder / name for name in files), steps, kept, aside)


_REHEARSE = {
    StarterLanguage.DE: (
        "broadcast --sandbox doctor",
        (
            'broadcast --sandbox notify "Chat und E-Mail gestört" -s sev2 -m "Bestellungen laufen weiter." '
            '-v title.en="Chat and e-mail down" -v message.en="Orders go on."'
        ),
        'broadcast --sandbox resolve -m "Alles geht wieder." -v message.en="Everything works again."',
        "broadcast sandbox status",
    ),
    StarterLanguage.EN: (
        "broadcast --sandbox doctor",
        (
            'broadcast --sandbox notify "Chat and e-mail down" -s sev2 -m "Orders go on." '
            '-v title.de="Chat und E-Mail gestört" -v message.de="Bestellungen laufen weiter."'
        ),
        'broadcast --sandbox resolve -m "Everything works again." -v message.de="Alles geht wieder."',
        "broadcast sandbox status",
    ),
}
_PREPARE = (
    "edit broadcast.toml: your organisation, your senders; and contacts/customers.csv",
    "cp .env.example .env && chmod 600 .env, and fill it in",
    "broadcast doctor",
    'broadcast --sandbox notify "Rehearsal" --drill',
    "set live = true in broadcast.toml",
)


def configuration(language: StarterLanguage, *, sandbox: bool) -> str:
    """Return the text of `broadcast.toml`; without `sandbox`, the public channels are commented out."""
    public = _text(language, "public-channels.toml")
    section = public if sandbox else "\n".join(_commented(_text(language, "commented"), public)) + "\n"
    lanes = _LANES_WITH_PUBLIC if sandbox else _LANES
    whole = _text(language, _CONFIGURATION)
    return whole.replace("{public_channels}", f"\n{section}").replace("{customer_lanes}", lanes)


def _commented(head: str, text: str) -> Iterator[str]:
    yield head.rstrip()
    yield from (f"# {line}" if line else line for line in text.splitlines())


def _text(language: StarterLanguage, name: str) -> str:
    return (_TEXTS / language / name).read_text(encoding="utf-8")


def _refuse_links(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        path = folder / name
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise Refused(
                f"{path} is a link or no file; nothing was written",
                hint="move it, or choose another folder",
            )


def _is_ours(path: Path, name: str) -> bool:
    """Return whether the file is as `init` wrote it, in any language, with or without `sandbox`."""
    texts = {
        configuration(language, sandbox=sandbox)
        if name == _CONFIGURATION
        else _text(language, _SOURCES[name])
        for language in StarterLanguage
        for sandbox in (True, False)
    }
    return path.read_bytes() in {text.encode() for text in texts}


def _set_aside(path: Path) -> tuple[Path, Path]:
    """Rename a file of the user to `NAME.before`; return the old and the new path."""
    names = chain([f"{path.name}.before"], (f"{path.name}.before-{number}" for number in count(2)))
    other = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    path.rename(other)
    return path, other


def _write(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode(), mode)
    except OSError as error:
        if error.errno in _FULL:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="choose a folder you may write to"
        ) from None
