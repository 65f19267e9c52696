"""Callers in a database of the organisation: an SQLite file and one query, read only."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from broadcast.channels.base import LookupFailed
from broadcast.config.crm_settings import CrmSettings
from broadcast.model.caller_context import CallerContext, caller_context

#: SQLite asks after so many of its instructions whether the time is over.
_INSTRUCTIONS = 10_000


class CustomerDatabase:
    """Asks `[hotline] crm`'s `database` with its `sql`.

    A connection is opened for each look-up, so that the file may be replaced at any time. The columns have
    the names of `FIELDS`; of a number with two different rows nothing is known.
    """

    name = "database"

    def __init__(self, settings: CrmSettings, path: Path) -> None:
        self.timeout = settings.timeout
        self._settings = settings
        self._path = path

    def refresh(self) -> str:
        """Do nothing: nothing is kept in memory."""
        return ""

    def known(self, number: str) -> CallerContext | None:  # noqa: ARG002 - nothing is at hand
        """Return None: it has to be asked."""
        return None

    async def find(self, number: str) -> CallerContext | None:
        """Return the person with this number; raises `LookupFailed`."""
        return await asyncio.to_thread(self._find, number)

    async def close(self) -> None:
        """Do nothing: no connection is open."""

    def _find(self, number: str) -> CallerContext | None:
        deadline = monotonic() + self.timeout
        address = f"file:{quote(str(self._path))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=self.timeout)) as connection:
                connection.set_progress_handler(lambda: monotonic() > deadline, _INSTRUCTIONS)
                found = connection.execute(self._settings.sql, {"phone": number})
                names = [column[0] for column in found.description or ()]
                rows = set(found.fetchmany(2))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise LookupFailed(f"the database did not answer: {error}") from None
        if len(rows) != 1:
            return None
        values = zip(names, rows.pop(), strict=True)
        said = {name: str(value) for name, value in values if value is not None}
        return caller_context(said, self._settings.states)
