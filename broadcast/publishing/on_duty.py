"""Resolve a rota to contacts: `oncall:support` stands for the people who are on duty at that time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.config.settings import OnCallSettings, Settings
from broadcast.contacts.book import read_contacts
from broadcast.contacts.permission import Permission
from broadcast.contacts.rota import HandOver, Period, Rota
from broadcast.errors import UsageError
from broadcast.ledger.absences import Absence
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact
from broadcast.model.ids import base_id
from broadcast.model.moments import later
from broadcast.model.nearest import suggest
from broadcast.model.shift import Shift
from broadcast.model.suppression import Suppressed

#: How far ahead gaps are looked for.
GAPS_WITHIN = timedelta(days=7)
#: How a recipient that is a rota is spelled: `oncall:support`.
TO_ROTA = "oncall:"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedRota:
    """A rota with its people.

    Attributes:
        name: The name of its table.
        rota: The shifts, which name people by their ids.
        contacts: Everybody in its contacts files, by id, with the addresses that may be used.
        unknown: Names in shifts that are in no contacts file, so that these shifts are gaps.
    """

    name: str
    rota: Rota
    contacts: Mapping[str, Contact]
    unknown: tuple[str, ...]

    def people(self, ids: Iterable[str]) -> tuple[Contact, ...]:
        """Return the contacts with these ids."""
        return tuple(self.contacts[id] for id in ids)

    @property
    def unreachable(self) -> tuple[Contact, ...]:
        """The people in its shifts who have no address that may be used."""
        ids = dict.fromkeys(self.rota.names[who] for who in self.rota.people() if who in self.rota.names)
        return tuple(one for one in self.people(ids) if not (one.phone or one.email))


@dataclass(frozen=True, slots=True)
class DutyTurn:
    """A person on duty, and until when; None if it is longer than 35 days."""

    contact: Contact
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyReport:
    """Who is on duty at a time, who takes over next, and the gaps of the next 7 days."""

    rota: StaffedRota
    turns: tuple[DutyTurn, ...]
    following: HandOver | None
    gaps: tuple[Period, ...]


def duty_report(staffed: StaffedRota, at: datetime) -> DutyReport:
    """Return who is on duty at that time, and what follows."""
    rota = staffed.rota
    return DutyReport(
        rota=staffed,
        turns=tuple(DutyTurn(staffed.contacts[id], rota.until(id, at)) for id in rota.on_duty(at)),
        following=rota.next_hand_over(at),
        gaps=tuple(rota.gaps(at, later(at, GAPS_WITHIN))),
    )


def on_duty(settings: Settings, ledger: Ledger, name: str, at: datetime) -> tuple[Contact, ...]:
    """Return the people on duty at that time, the first to be called first; none in a gap.

    They have only the addresses that may be used. Raises `UsageError` for an unknown rota, and `ConfigError`
    if its files cannot be read.
    """
    staffed = read_rota(settings, ledger, name, at)
    return staffed.people(staffed.rota.on_duty(at))


def read_rota(settings: Settings, ledger: Ledger | None, name: str, since: datetime) -> StaffedRota:
    """Return a rota with its people and their absences that end after `since`; none without a ledger."""
    if name not in settings.oncall:
        hint = suggest(name, settings.oncall) if settings.oncall else "add a table [oncall.NAME]"
        raise UsageError(f"there is no rota {name}", hint=hint)
    table = settings.oncall[name]
    suppressed = ledger.suppressions.suppressed() if ledger else Suppressed()
    permission = Permission(suppressed=suppressed, internal=True)
    listed = [permission.unsuppressed(one) for one in read_contacts(table.contacts, settings.region).contacts]
    shifts = _shifts(table)
    names = names_of((who for shift in shifts for who in shift.people()), listed)
    absences = ledger.absences.after(since) if ledger else []
    rota = Rota(shifts=shifts, zone=settings.timezone, names=names, absences=_periods(absences, listed))
    return StaffedRota(
        name=name,
        rota=rota,
        contacts={one.id: one for one in listed},
        unknown=tuple(who for who in rota.people() if who not in names),
    )


def _shifts(table: OnCallSettings) -> Sequence[Shift]:
    if table.calendar is None:
        return table.shifts
    from broadcast.contacts.shift_calendar import read_calendar  # only where there is a calendar

    return (*table.shifts, *read_calendar(table.calendar))


def names_of(words: Iterable[str], contacts: Sequence[Contact]) -> dict[str, str]:
    """Return the id of each person whom the contacts have under one of these words.

    A word is an id, or a mailbox or a name that only one person has.
    """
    known: dict[str, str | None] = {}
    for contact in contacts:
        for word in {contact.name.casefold(), (contact.email or "").casefold()} - {""}:
            known[word] = contact.id if known.get(word, contact.id) == contact.id else None
    ids = {base_id(contact.id): contact.id for contact in reversed(contacts)}
    found = {word: ids.get(word) or known.get(word.casefold()) for word in words}
    return {word: id for word, id in found.items() if id}


def _periods(absences: Iterable[Absence], contacts: Iterable[Contact]) -> dict[str, list[Period]]:
    """Return the absences by the ids of contacts; one person may be several contacts."""
    periods: dict[str, list[Period]] = {}
    for absence in absences:
        periods.setdefault(absence.contact, []).append(Period(absence.starts, absence.ends))
    return {one.id: periods[base_id(one.id)] for one in contacts if base_id(one.id) in periods}
