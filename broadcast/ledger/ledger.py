"""The ledger as a whole. What only sending needs is imported when something is sent."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from broadcast.ledger.database import WAIT_SECONDS, Database, open_database
from broadcast.ledger.incidents import Incidents
from broadcast.ledger.ledger_file import ledger_file
from broadcast.ledger.tally import StillOwed, Tally, still_owed, tallies
from broadcast.model.clock import SystemClock
from broadcast.model.unknown import OnUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from broadcast.ledger.avoidance import Detour, Owed
    from broadcast.ledger.deliveries import Deliveries
    from broadcast.ledger.dossier import Message
    from broadcast.ledger.erasure import Erasure, KnownAs
    from broadcast.ledger.health import HealthRecords
    from broadcast.ledger.history import History
    from broadcast.ledger.runs import Run
    from broadcast.ledger.suppressions import Suppressions
    from broadcast.ledger.unanswered import Unanswered
    from broadcast.model.clock import Clock
    from broadcast.model.contact import Contact
    from broadcast.model.forgotten import Forgotten
    from broadcast.model.incident import Incident
    from broadcast.model.pace import Pace
    from broadcast.model.unknown import Finding

_UNPACED: Mapping[str, Pace] = MappingProxyType({})


class Ledger:
    """The record of incidents, notices and deliveries in one SQLite file; `path` is its one name."""

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self.incidents = Incidents(database)
        self._database = database

    @classmethod
    def open(cls, path: Path, wait: float = WAIT_SECONDS) -> Self:
        """Open or create it; waits so many seconds for another process's lock. Raises `LedgerError`."""
        file = ledger_file(path)
        return cls(file, open_database(file, wait))

    @cached_property
    def history(self) -> History:
        """The ledger as a record of who was told what."""
        from broadcast.ledger.history import History

        return History(self._database)

    @cached_property
    def health(self) -> HealthRecords:
        """How channels fare, and what is held to be down."""
        from broadcast.ledger.health import HealthRecords

        return HealthRecords(self._database)

    def tallies(self, notice: int) -> list[Tally]:
        """How many deliveries of a notice stand where."""
        return tallies(self._database, notice)

    def still_owed(self, incident: Incident) -> tuple[StillOwed, ...]:
        """What any notice of an incident has not sent yet."""
        return still_owed(self._database, incident.id)

    def unanswered(self, incident: Incident) -> list[Unanswered]:
        """Every message of an incident of which nobody can say whether it arrived."""
        from broadcast.ledger.unanswered import unanswered

        return unanswered(self._database, incident)

    def record_finding(
        self, messages: Sequence[Unanswered], finding: Finding, author: str, now: datetime
    ) -> int:
        """What `author` found out about them at the provider; returns how many were still unknown."""
        from broadcast.ledger.unanswered import record_finding

        return record_finding(self._database, messages, finding, author, now)

    def living_runs(self) -> list[int]:
        """The process ids of those that are sending from it; raises `LedgerError` where nobody can tell."""
        from broadcast.ledger.runs import living

        return living(self.path)

    def require_idle(self, undone: str) -> None:
        """Raise `Refused` as long as a run is sending from it; `undone` says what was not done."""
        from broadcast.ledger.runs import require_idle

        require_idle(self.path, undone)

    def forgotten(self, incident: Incident) -> Forgotten | None:
        """Recognises people who were forgotten in an incident that goes on; None if nobody was."""
        return self.erasure.forgotten(incident.id, self.secret)

    @cached_property
    def erasure(self) -> Erasure:
        """Takes people out of it."""
        from broadcast.ledger.erasure import Erasure

        return Erasure(self._database, self.path)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Addresses that must not be used."""
        from broadcast.ledger.suppressions import Suppressions

        return Suppressions(self._database, self.secret)

    def recorded(self, people: Sequence[KnownAs]) -> tuple[list[Contact], list[Message]]:
        """What it has of a person whom it knows as these."""
        from broadcast.ledger.dossier import recorded

        return recorded(self._database, people)

    def secret(self) -> bytes:
        """The install secret that makes our references."""
        from broadcast.ledger.install import install_secret

        return install_secret(self.path)

    def begin_run(self) -> Run:
        """Register this process as one that sends."""
        from broadcast.ledger.runs import Run

        return Run.begin(self.path)

    def deliveries(
        self,
        notice: int,
        run: Run,
        paces: Mapping[str, Pace] = _UNPACED,
        clock: Clock | None = None,
        on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL,
    ) -> Deliveries:
        """The deliveries of one notice, to be worked on by `run`, no channel faster than its pace."""
        from broadcast.ledger.deliveries import Deliveries

        return Deliveries(self._database, notice, run.id, paces, clock or SystemClock(), on_unknown)

    def follow_targets(self, targets: Mapping[str, str]) -> None:
        """Note where channels that publish lead now; what they left elsewhere gets a name of its own."""
        from broadcast.ledger.targets import follow_targets

        follow_targets(self._database, targets)

    def avoid(self, notice: int, detour: Callable[[Owed], Detour | None], now: datetime) -> int:
        """Let every message of a notice that waits take the detour it needs; returns how many need one."""
        from broadcast.ledger.avoidance import avoid

        return avoid(self._database, notice, detour, now)

    def check(self) -> str:
        """SQLite's own verdict on the file: `ok`, or what is wrong."""
        with self._database.reading() as connection:
            verdict: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            return verdict

    def close(self) -> None:
        """Close the file."""
        self._database.close()
