"""What an absence means for the rotas: whom it concerns, and the gaps that it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from broadcast.config.settings import Settings
from broadcast.contacts.book import read_contacts
from broadcast.contacts.rota import Period
from broadcast.errors import NothingMatched, UsageError
from broadcast.ledger.absences import Absence
from broadcast.ledger.ledger import Ledger
from broadcast.model.ids import base_id
from broadcast.model.nearest import suggest
from broadcast.publishing.on_duty import names_of, read_rota


@dataclass(frozen=True, slots=True)
class OpenedGap:
    """A period in which nobody is on duty in a rota."""

    rota: str
    period: Period


def find_member(settings: Settings, who: str) -> str:
    """Return the id of a person of the rotas, named by id, mailbox or name.

    Raises `UsageError` if no rota has such a person, and `NothingMatched` if there is no rota.
    """
    if not settings.oncall:
        raise NothingMatched("there is no rota", hint="add a table [oncall.NAME] with contacts and shifts")
    files = dict.fromkeys(path for rota in settings.oncall.values() for path in rota.contacts)
    people = list(read_contacts(list(files), settings.region).contacts)
    id = names_of([who], people).get(who)
    if id is None:
        hint = suggest(who, [one.id for one in people])
        raise UsageError(f"no contacts file of a rota has {who}", hint=hint)
    return base_id(id)


def opened_gaps(settings: Settings, ledger: Ledger, absence: Absence) -> tuple[OpenedGap, ...]:
    """Return the gaps during a recorded absence, in the rotas where the person has shifts."""
    return tuple(_gaps(settings, ledger, absence))


def _gaps(settings: Settings, ledger: Ledger, absence: Absence) -> Iterator[OpenedGap]:
    for name in settings.oncall:
        rota = read_rota(settings, ledger, name, absence.starts).rota
        if absence.contact in {base_id(id) for id in rota.names.values()}:
            yield from (OpenedGap(name, gap) for gap in rota.gaps(absence.starts, absence.ends))
