"""The records of the sandbox: what people really received, and every request."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as one person, one timeline or one page received it.

    `to` is a phone number, an e-mail address, the account that posted, or the page's id. `ref` is the
    provider's id for it, `key` the sender's own reference if the wire format has a field for it, `thread`
    the id that it replies to. `extra` holds fields of this provider alone; `edits` in it is the id of the
    message that this one replaces, `unseen` says that people do not see it (a draft). `deleted` says that
    it deletes the message with its `ref`. `answers` is the id of the message that a person answered; then
    this is what they `wrote`, or what they were told in return.
    """

    provider: str
    at: datetime
    to: str
    sender: str
    subject: str | None
    text: str
    html: str | None
    key: str | None
    ref: str
    thread: str | None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tells(self) -> bool:
        """Whether people notice it; no draft, edit or answer."""
        return not {"edits", "unseen", "answers"} & self.extra.keys()

    @property
    def deletes(self) -> bool:
        """Whether it deletes a message."""
        return bool(self.extra.get("deleted"))

    def taken_away(self, at: datetime) -> Received:
        """Return the record of its deletion."""
        return replace(self, at=at, text="", extra={**self.extra, "deleted": True, "unseen": True})

    def as_json(self) -> dict[str, Any]:
        """Return a plain dictionary, the time in ISO 8601."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {**fields, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Received:
        """Return the record from `as_json`; raises KeyError, TypeError or ValueError for anything else."""
        return cls(**{**fields, "at": datetime.fromisoformat(fields["at"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One request, also if refused.

    `status` is None if no answer was sent; `fault` names the kind; `reached` is the number of people,
    timelines or pages that received something because of it.
    """

    provider: str
    at: datetime
    method: str
    path: str
    status: int | None
    fault: str | None = None
    reached: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return a plain dictionary, the time in ISO 8601."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {**fields, "at": self.at.isoformat()}


class Journal:
    """An append-only file of received messages, buffered, so that a rehearsal does not wait for a disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def read(self) -> Iterator[Received]:
        """Yield the records of earlier runs; a line that a crash cut is skipped."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    yield Received.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    continue

    def append(self, received: Received) -> None:
        """Add a record; it is on disk after the next `flush`."""
        if self._file is None:
            self._file = self._open()
        self._file.write(json.dumps(received.as_json(), ensure_ascii=False) + "\n")

    def flush(self) -> None:
        """Write everything to the operating system."""
        if self._file is not None:
            self._file.flush()

    def clear(self) -> None:
        """Delete all records."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Flush and close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[str]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        file = os.fdopen(descriptor, "a", encoding="utf-8")
        if file.tell():
            # After a crash the last line may be incomplete; `read` skips an empty line.
            file.write("\n")
        return file
