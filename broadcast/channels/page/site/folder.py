"""The folder of a page: read as a whole, and written so that no reader sees an incomplete file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_DIRECTORY = 0o755
_FILE = 0o644


class FolderBusy(Exception):
    """Another process is publishing to the folder now."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder for this process; create it if it is missing.

    Raises `FolderBusy` instead of waiting, because the owner of the lock may be stopped. The lock ends with
    its process, so a crash leaves none.
    """
    _make(folder)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FolderBusy(str(folder)) from error
    try:
        yield
    finally:
        os.close(descriptor)


def publish(folder: Path, files: Mapping[str, str]) -> None:
    """Replace the files in the given order; files without a change stay.

    All are first written and synced under temporary names, so a full disk leaves the folder unchanged. Then
    each is renamed: a crash leaves old and new files, but no incomplete one.
    """
    changed = {folder / name: text.encode() for name, text in files.items()}
    changed = {path: content for path, content in changed.items() if not _holds(path, content)}
    staged: list[Path] = []
    try:
        for path, content in changed.items():
            _make(path.parent)
            staged.append(_beside(path))
            _write(staged[-1], content)
    except BaseException:
        for path in staged:
            with suppress(OSError):
                path.unlink()
        raise
    for path in changed:
        _beside(path).replace(path)
    for parent in {path.parent for path in changed}:
        _sync(parent)


def replace_one(path: Path, text: str) -> None:
    """Replace one file with sync, so that a crash leaves the old one or the new one."""
    _write(_beside(path), text.encode())
    _beside(path).replace(path)
    _sync(path.parent)


def check_writable(folder: Path) -> None:
    """Raise `OSError` if nothing could be published; changes nothing that a reader sees."""
    _make(folder)
    trial = folder / ".trial"
    _write(trial, b"")
    trial.unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Write a file that everybody may read, whatever the umask: it is a public page."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), _FILE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(_DIRECTORY)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
