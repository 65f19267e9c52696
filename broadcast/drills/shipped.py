"""Find the exercises that come with the program, in the wheel or in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from broadcast.errors import ConfigError, UsageError
from broadcast.model.nearest import suggest

_SUFFIX = ".toml"
_CONFIGURATION = "broadcast.toml"  # of the company in the exercises


def shipped() -> Mapping[str, Path]:
    """Return the files of the exercises that come with the program, by name; raises `ConfigError`."""
    package = Path(__file__).resolve().parent.parent
    places = (package / "_examples", package.parent / "examples")
    folder = next((place for place in places if (place / "scenarios").is_dir()), None)
    if folder is None:
        raise ConfigError("the exercises that belong to broadcast are missing", hint="reinstall broadcast")
    files = sorted((folder / "scenarios").glob(f"*{_SUFFIX}"))
    return {file.stem: file for file in files if file.name != _CONFIGURATION}


def find_exercise(spelled: str) -> Path:
    """Return the file that `spelled` means: a path, or the name of a shipped exercise.

    Raises `UsageError` if there is neither.
    """
    path = Path(spelled)
    if path.is_file():
        return path
    known = shipped()
    if spelled in known:
        return known[spelled]
    raise UsageError(
        f"there is no exercise {spelled}, and no such file",
        hint=f"{suggest(path.stem, known)} (`broadcast drill list` shows all)",
    )
