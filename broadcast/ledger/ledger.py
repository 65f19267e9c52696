"""The ledger as a whole. What only sending needs is imported when something is sent."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from broadcast.ledger.counts import DeliveryCount, StillOwed, delivery_counts, still_owed
from broadcast.ledger.incidents import Incidents
from broadcast.ledger.sqlite.store import WAIT_SECONDS, open_sqlite
from broadcast.model.clock import SystemClock
from broadcast.model.unknown import OnUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from broadcast.ledger.deliveries import Deliveries
    from broadcast.ledger.erasure import Erasure, KnownAs
    from broadcast.ledger.health import HealthRecords
    from broadcast.ledger.history import History
    from broadcast.ledger.person_record import OwedMessage
    from broadcast.ledger.receipts import Receipts
    from broadcast.ledger.reroute import Detour, Owed
    from broadcast.ledger.store import Run, Runs, Store
    from broadcast.ledger.suppressions import Suppressions
    from broadcast.ledger.unknown_messages import UnknownMessage
    from broadcast.model.clock import Clock
    from broadcast.model.contact import Contact
    from broadcast.model.forgotten import Forgotten
    from broadcast.model.incident import Incident
    from broadcast.model.pace import Pace
    from broadcast.model.unknown import UnknownFinding

_UNPACED: Mapping[str, Pace] = MappingProxyType({})


class Ledger:
    """The record of incidents, notices and deliveries; `runs` are the processes that send from it.

    Every notice is written before its first request, and every attempt before it starts. Methods raise
    `LedgerError` if the ledger is locked, full or damaged. Times are aware UTC datetimes.

    Example:
        >>> with closing(Ledger.open(Path("broadcast.db"))) as ledger:
        ...     notice = ledger.incidents.notice_with_key("ticket-4711/notify")
    """

    def __init__(self, store: Store) -> None:
        self.incidents = Incidents(store)
        self._store = store

    @classmethod
    def open(cls, place: str | Path, wait: float = WAIT_SECONDS) -> Self:
        """Open the ledger in that file, or create it; raises `LedgerError`.

        `wait` is how many seconds another process may hold it.
        """
        return cls(open_sqlite(Path(place), wait))

    @staticmethod
    def exists(place: str | Path) -> bool:
        """Return whether there is one already; opening it would make one."""
        return Path(place).is_file()

    @staticmethod
    def files(place: str | Path) -> tuple[Path, ...]:
        """Return the files of this machine that it consists of: they are nobody else's business."""
        return (Path(place),)

    @staticmethod
    def watching_alone(place: str | Path) -> AbstractContextManager[None]:
        """Be the only process that watches with it; raises `Refused` if another one does.

        It is not opened: who watches goes on while it is locked or damaged.
        """
        from broadcast.ledger.sqlite.runs import watching_alone

        return watching_alone(Path(place))

    @staticmethod
    def serving_alone(place: str | Path) -> AbstractContextManager[None]:
        """Be the only process that serves from it; raises `Refused` if another one does."""
        from broadcast.ledger.sqlite.runs import serving_alone

        return serving_alone(Path(place))

    @property
    def name(self) -> str:
        """What people call it: the path of its file."""
        return self._store.name

    @property
    def runs(self) -> Runs:
        """Which processes are sending from it."""
        return self._store.runs

    @cached_property
    def history(self) -> History:
        """The ledger as a record of who was told what."""
        from broadcast.ledger.history import History

        return History(self._store)

    @cached_property
    def health(self) -> HealthRecords:
        """How channels fare, and what is held to be down."""
        from broadcast.ledger.health import HealthRecords

        return HealthRecords(self._store)

    def delivery_counts(self, notice: int) -> list[DeliveryCount]:
        """Return how many deliveries of a notice stand where."""
        return delivery_counts(self._store, notice)

    def still_owed(self, incident: Incident) -> tuple[StillOwed, ...]:
        """Return what any notice of an incident has not sent yet."""
        return still_owed(self._store, incident.id)

    def unknown_messages(self, incident: Incident) -> list[UnknownMessage]:
        """Return every message of an incident whose outcome is unknown."""
        from broadcast.ledger.unknown_messages import unknown_messages

        return unknown_messages(self._store, incident)

    def record_finding(
        self, messages: Sequence[UnknownMessage], finding: UnknownFinding, author: str, now: datetime
    ) -> int:
        """Return what `author` found out about them at the provider; returns how many were still unknown."""
        from broadcast.ledger.unknown_messages import record_finding

        return record_finding(self._store, messages, finding, author, now)

    def living_runs(self) -> list[int]:
        """Return the process ids of those that are sending from it; raises `LedgerError`."""
        return self.runs.living()

    def require_idle(self, undone: str) -> None:
        """Raise `Refused` as long as a run is sending from it; `undone` says what was not done."""
        self.runs.require_idle(undone)

    def forgotten(self, incident: Incident) -> Forgotten | None:
        """Recognises people who were forgotten in an incident that goes on; None if nobody was."""
        return self.erasure.forgotten(incident.id, self.secret)

    @cached_property
    def erasure(self) -> Erasure:
        """Takes people out of it."""
        from broadcast.ledger.erasure import Erasure

        return Erasure(self._store)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Addresses that must not be used."""
        from broadcast.ledger.suppressions import Suppressions

        return Suppressions(self._store, self.secret)

    @cached_property
    def receipts(self) -> Receipts:
        """What providers said later about messages that they had accepted."""
        from broadcast.ledger.receipts import Receipts

        return Receipts(self._store, self.secret)

    def recorded(self, people: Sequence[KnownAs]) -> tuple[list[Contact], list[OwedMessage]]:
        """Return what it has of a person whom it knows as these."""
        from broadcast.ledger.person_record import recorded

        return recorded(self._store, people)

    def secret(self) -> bytes:
        """Return the install secret that makes our references; raises `LedgerError`."""
        return self._store.secret()

    def begin_run(self) -> Run:
        """Register this process as one that sends; raises `LedgerError`."""
        return self.runs.begin()

    def deliveries(
        self,
        notice: int,
        run: Run,
        paces: Mapping[str, Pace] = _UNPACED,
        clock: Clock | None = None,
        on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL,
    ) -> Deliveries:
        """Return the deliveries of one notice, to be worked on by `run`, no channel faster than its pace."""
        from broadcast.ledger.deliveries import Deliveries

        return Deliveries(self._store, notice, run, paces, clock or SystemClock(), on_unknown)

    def follow_targets(self, targets: Mapping[str, str]) -> None:
        """Note where channels that publish lead now; what they left elsewhere gets a name of its own."""
        from broadcast.ledger.targets import follow_targets

        follow_targets(self._store, targets)

    def avoid(self, notice: int, detour: Callable[[Owed], Detour | None], now: datetime) -> int:
        """Reroute every waiting message of a notice that needs it; return how many needed it."""
        from broadcast.ledger.reroute import avoid

        return avoid(self._store, notice, detour, now)

    def check(self) -> str:
        """Return the engine's own verdict on the ledger: `ok`, or what is wrong."""
        return self._store.check()

    def close(self) -> None:
        """Let go of it."""
        self._store.close()
