"""Resolve a rota to contacts: `oncall:support` stands for the people who are on duty at that time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import OnCallSettings, Settings
from broadcast.contacts.book import read_contacts
from broadcast.contacts.permission import Permission
from broadcast.contacts.rota import Period, Rota
from broadcast.errors import UsageError
from broadcast.ledger.absences import Absence
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact
from broadcast.model.ids import base_id
from broadcast.model.nearest import suggest
from broadcast.model.shift import Shift
from broadcast.model.suppression import Suppressed

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
    names = _names(shifts, listed)
    absences = ledger.absences.after(since) if ledger else []
    rota = Rota(shifts=shifts, zone=settings.timezone, names=names, absences=_periods(absences))
    return StaffedRota(
        name=name,
        rota=rota,
        contacts={one.id: one for one in listed},
        unknown=tuple(who for who in rota.people() if who not in names),
    )


def _shifts(table: OnCallSettings) -> Sequence[Shift]:
    return table.shifts


def _names(shifts: Iterable[Shift], contacts: Sequence[Contact]) -> dict[str, str]:
    """Return the id of each person in the shifts whom the contacts have.

    A shift names a person by id; a calendar also by mailbox or by a name that only one person has.
    """
    known: dict[str, str | None] = {}
    for contact in contacts:
        spelled = (contact.name.casefold(), (contact.email or "").casefold())
        for word in filter(None, spelled):
            known[word] = contact.id if known.get(word, contact.id) == contact.id else None
    known |= {base_id(contact.id): contact.id for contact in contacts}
    known |= {contact.id: contact.id for contact in contacts}
    named = (who for shift in shifts for who in shift.people())
    found = {who: known.get(who) or known.get(who.casefold()) for who in named}
    return {who: id for who, id in found.items() if id}


def _periods(absences: Iterable[Absence]) -> dict[str, list[Period]]:
    periods: dict[str, list[Period]] = {}
    for absence in absences:
        periods.setdefault(absence.contact, []).append(Period(absence.starts, absence.ends))
    return periods
