"""`[ledger] url`: the location of the ledger."""

from __future__ import annotations

from pathlib import Path

from broadcast.config import keys
from broadcast.config.table import TomlTable

_SCHEME = "sqlite:///"
_FIX = 'write url = "sqlite:///broadcast.db", relative to this file'


def ledger_path(table: TomlTable, folder: Path) -> Path:
    """Return the path of the ledger: the one in its URL, else a file in the user's data folder.

    A variable may also hold a plain path. It is relative to `folder`, the working directory, or, from `.env`,
    to the folder of that file. So it is the same ledger in every working directory.
    """
    table.check_keys(keys.LEDGER.known)
    url = table.take(keys.LEDGER_URL)
    if url is None:
        import platformdirs

        return platformdirs.user_data_path("broadcast", appauthor=False) / "broadcast.db"
    override = table.source.overrides.get((*table.path, keys.LEDGER_URL.name))
    if override and "://" not in url:
        return (table.source.folder if override.in_dotenv else folder) / Path(url).expanduser()
    problem = _problem(url)
    if problem:
        table.wrong("url", problem, _FIX)
    return table.source.folder / Path(url.removeprefix(_SCHEME)).expanduser()


def _problem(url: str) -> str | None:
    scheme, separator, _ = url.partition("://")
    if scheme.partition("+")[0] in {"postgresql", "postgres"}:
        return "PostgreSQL is not supported yet; the ledger is a SQLite file"
    if not separator or scheme != "sqlite":
        return "is not a ledger; supported is sqlite:///PATH"
    name = url.removeprefix(_SCHEME)
    if not url.startswith(_SCHEME) or not name.strip("/"):
        return "names no file"
    if ":memory:" in name or "?" in name:
        return "the ledger must be a plain file, so that nothing is lost"
    return None
