"""The ledger as a whole. A part is imported at its first use, so that a command loads what it needs."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from broadcast.ledger.incidents import Incidents
from broadcast.ledger.sqlite.ledger_file import file_identity
from broadcast.ledger.sqlite.store import WAIT_SECONDS, open_sqlite
from broadcast.model.unknown import OnUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from broadcast.ledger.absences import Absences
    from broadcast.ledger.alerts import AlertRecords
    from broadcast.ledger.automatic_work import WorkRecords
    from broadcast.ledger.backup_lines import BackupLines
    from broadcast.ledger.call_follow_ups import CallFollowUps
    from broadcast.ledger.call_messages import CallMessages
    from broadcast.ledger.calls import CallRecords
    from broadcast.ledger.confirmations import Confirmations
    from broadcast.ledger.deliveries import Deliveries
    from broadcast.ledger.erasure import Erasure
    from broadcast.ledger.escalations import Escalations
    from broadcast.ledger.health import HealthRecords
    from broadcast.ledger.history import History
    from broadcast.ledger.hotline_switches import HotlineSwitches
    from broadcast.ledger.inbox import InboxRecords
    from broadcast.ledger.number_routes import NumberRoutes
    from broadcast.ledger.polls import Polls
    from broadcast.ledger.proposals import Proposals
    from broadcast.ledger.receipts import Receipts
    from broadcast.ledger.recordings import Recordings
    from broadcast.ledger.reminders import Reminders
    from broadcast.ledger.schedules import Schedules
    from broadcast.ledger.store import Run, Runs, Store
    from broadcast.ledger.subscriptions import Subscriptions
    from broadcast.ledger.suppressions import Suppressions
    from broadcast.model.clock import Clock
    from broadcast.model.pace import Pace

_UNPACED: Mapping[str, Pace] = MappingProxyType({})


class Ledger:
    """The record of incidents, notices and deliveries.

    Every notice is written before its first request, and every attempt before it starts. All methods, and
    those of the parts, raise `LedgerError` if the ledger is locked, full or damaged. Times are aware UTC
    datetimes, or seconds since the epoch where a parameter says so.

    Attributes:
        incidents: Incidents and their notices.
        history: What was sent to which receiver.
        health: How channels fare, and what `watch` holds to be down.
        subscriptions: People who asked by themselves to be told.
        suppressions: Addresses that must not be used.
        receipts: What providers said later about messages that they had accepted.
        polls: About which of these messages providers are asked, and when.
        confirmations: What notices ask of their receivers, and the answers.
        escalations: Who is asked step by step until somebody confirms.
        inbox: What people wrote to us.
        calls: Calls of people, step by step.
        call_messages: Messages to callers and agents.
        call_follow_ups: What callers are owed after the call.
        recordings: What callers recorded, and what of it the provider is to delete.
        hotline: What people switched on the hotline.
        lines: Mobile numbers that stand in for the hotline.
        routes: Numbers that a backup line leads elsewhere at the provider.
        absences: When people of a rota are away.
        proposals: Notices that wait for the approval of a second person.
        alerts: What monitoring systems said and no draft says yet.
        reminders: Of which promises people were reminded.
        schedules: Notices that are to be published later.
        work: Which stages of announced work the clock publishes.
        erasure: Takes people out of the ledger.
        runs: The processes that send from it.
        store: The engine, for functions of this package that only one command needs.

    Example:
        >>> with closing(Ledger.open(Path("broadcast.db"))) as ledger:
        ...     notice = ledger.incidents.notice_with_key("ticket-4711/notify")
    """

    def __init__(self, store: Store) -> None:
        self.incidents = Incidents(store)
        self.store = store

    @classmethod
    def open(cls, place: str | Path, wait: float = WAIT_SECONDS) -> Self:
        """Open the ledger, or create it.

        Args:
            place: The path of its file.
            wait: How many seconds another process may hold it.

        Raises:
            LedgerError: It cannot be read and written, is still locked after `wait` seconds, is no ledger, or
                was written by a newer version.
        """
        return cls(open_sqlite(Path(place), wait))

    @staticmethod
    def exists(place: str | Path) -> bool:
        """Return whether there is a ledger already; `open` would create one."""
        return Path(place).is_file()

    @staticmethod
    def files(place: str | Path) -> tuple[Path, ...]:
        """Return the files on this machine that a ledger consists of; only this user should read them."""
        return (Path(place),)

    @staticmethod
    def identity(place: str | Path) -> object:
        """Return what another ledger that is put in its place does not have; None if there is no ledger."""
        return file_identity(Path(place))

    @staticmethod
    def watching_alone(place: str | Path) -> AbstractContextManager[None]:
        """Be the only process that watches with this ledger until the end of the block.

        The ledger is not opened: `watch` goes on while it is locked or damaged.

        Raises:
            Refused: Another process watches with it.
        """
        from broadcast.ledger.sqlite.runs import watching_alone

        return watching_alone(Path(place))

    @staticmethod
    def serving_alone(place: str | Path) -> AbstractContextManager[None]:
        """Be the only process that serves from this ledger until the end of the block.

        Raises:
            Refused: Another process serves from it.
        """
        from broadcast.ledger.sqlite.runs import serving_alone

        return serving_alone(Path(place))

    @property
    def name(self) -> str:
        """The path of its file, as people are shown it."""
        return self.store.name

    @property
    def runs(self) -> Runs:
        """The processes that send from it."""
        return self.store.runs

    @cached_property
    def history(self) -> History:
        """What was sent to which receiver, when and how."""
        from broadcast.ledger.history import History

        return History(self.store)

    @cached_property
    def health(self) -> HealthRecords:
        """How channels fare, and what `watch` holds to be down."""
        from broadcast.ledger.health import HealthRecords

        return HealthRecords(self.store)

    @cached_property
    def erasure(self) -> Erasure:
        """Takes people out of the ledger."""
        from broadcast.ledger.erasure import Erasure

        return Erasure(self.store)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """People who asked by themselves to be told."""
        from broadcast.ledger.subscriptions import Subscriptions

        return Subscriptions(self.store)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Addresses that must not be used."""
        from broadcast.ledger.suppressions import Suppressions

        return Suppressions(self.store)

    @cached_property
    def confirmations(self) -> Confirmations:
        """What notices ask of their receivers, and the answers."""
        from broadcast.ledger.confirmations import Confirmations

        return Confirmations(self.store)

    @cached_property
    def escalations(self) -> Escalations:
        """Who is asked step by step until somebody confirms."""
        from broadcast.ledger.escalations import Escalations

        return Escalations(self.store)

    @cached_property
    def inbox(self) -> InboxRecords:
        """What people wrote to us."""
        from broadcast.ledger.inbox import InboxRecords

        return InboxRecords(self.store)

    @cached_property
    def calls(self) -> CallRecords:
        """Calls of people, step by step."""
        from broadcast.ledger.calls import CallRecords

        return CallRecords(self.store)

    @cached_property
    def call_messages(self) -> CallMessages:
        """Messages to callers and agents: which are owed, and what became of them."""
        from broadcast.ledger.call_messages import CallMessages

        return CallMessages(self.store)

    @cached_property
    def call_follow_ups(self) -> CallFollowUps:
        """What callers are owed after the call."""
        from broadcast.ledger.call_follow_ups import CallFollowUps

        return CallFollowUps(self.store)

    @cached_property
    def recordings(self) -> Recordings:
        """What callers recorded, and what of it the provider is to delete."""
        from broadcast.ledger.recordings import Recordings

        return Recordings(self.store)

    @cached_property
    def hotline(self) -> HotlineSwitches:
        """What people switched on the hotline."""
        from broadcast.ledger.hotline_switches import HotlineSwitches

        return HotlineSwitches(self.store)

    @cached_property
    def lines(self) -> BackupLines:
        """Mobile numbers that stand in for the hotline."""
        from broadcast.ledger.backup_lines import BackupLines

        return BackupLines(self.store)

    @cached_property
    def routes(self) -> NumberRoutes:
        """Numbers that a backup line leads elsewhere at the provider."""
        from broadcast.ledger.number_routes import NumberRoutes

        return NumberRoutes(self.store)

    @cached_property
    def proposals(self) -> Proposals:
        """Notices that wait for the approval of a second person."""
        from broadcast.ledger.proposals import Proposals

        return Proposals(self.store)

    @cached_property
    def absences(self) -> Absences:
        """When people of a rota are away."""
        from broadcast.ledger.absences import Absences

        return Absences(self.store)

    @cached_property
    def alerts(self) -> AlertRecords:
        """What monitoring systems said and no draft says yet."""
        from broadcast.ledger.alerts import AlertRecords

        return AlertRecords(self.store)

    @cached_property
    def reminders(self) -> Reminders:
        """Of which promises people were reminded."""
        from broadcast.ledger.reminders import Reminders

        return Reminders(self.store)

    @cached_property
    def schedules(self) -> Schedules:
        """Notices that are to be published later."""
        from broadcast.ledger.schedules import Schedules

        return Schedules(self.store)

    @cached_property
    def work(self) -> WorkRecords:
        """Which stages of announced work the clock publishes."""
        from broadcast.ledger.automatic_work import WorkRecords

        return WorkRecords(self.store)

    @cached_property
    def receipts(self) -> Receipts:
        """What providers said later about messages that they had accepted."""
        from broadcast.ledger.receipts import Receipts

        return Receipts(self.store)

    @property
    def polls(self) -> Polls:
        """About which messages providers are asked, and when."""
        from broadcast.ledger.polls import Polls

        return Polls(self.store)

    def deliveries(
        self,
        notice: int,
        run: Run,
        paces: Mapping[str, Pace] = _UNPACED,
        *,
        clock: Clock,
        on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL,
    ) -> Deliveries:
        """Return the deliveries of one notice, to be worked on by one run.

        Args:
            notice: The number of the notice.
            run: Whose claims they will be, from `runs.begin()`.
            paces: How fast each channel may be used, by all runs together; one that is missing has no limit.
            clock: Tells when claims were on disk.
            on_unknown: What to do if an address may have the notice by another delivery.
        """
        from broadcast.ledger.deliveries import Deliveries

        return Deliveries(self.store, notice, run, paces, clock, on_unknown)

    def secret(self) -> bytes:
        """Return the install secret, from which our references and digests are made; create it if missing."""
        return self.store.secret()

    def check(self) -> str:
        """Return the engine's own verdict on the ledger: `ok`, or what is wrong with it."""
        return self.store.check()

    def close(self) -> None:
        """Close the ledger."""
        self.store.close()
