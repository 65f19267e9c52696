"""Record by hand that a person confirmed a notice: they called, or said it in the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.contacts.address import Unusable
from broadcast.contacts.email import read_email
from broadcast.contacts.phone import read_phone
from broadcast.errors import NothingMatched, UsageError
from broadcast.ledger.confirmations import AnswerEffect, Asked, Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.ids import base_id, notice_mark
from broadcast.model.mask import mask
from broadcast.model.names import name_words
from broadcast.model.question import CONFIRM, AnswerMeans, PersonalAnswer

#: So many people are named in an error; there may be thousands.
_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HandConfirmation:
    """Whose confirmation of which notice the ledger has; `changed` says that it is new.

    `answers` are what counts. The person has several in several audiences.
    """

    mark: str
    incident: str
    notice: int
    name: str
    answers: tuple[Confirmation, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The person and notice that are meant; None for the only person, or for the notice that asks."""

    incident: str | None
    by: str | None
    notice: int | None
    region: str


def confirm_by_hand(
    ledger: Ledger, sought: Sought, now: datetime, author: str, note: str
) -> HandConfirmation:
    """Record the confirmation, or find the earlier answer.

    Raises:
        NothingMatched: There is no such notice, or it is not for this person.
        UsageError: Several people match; the hint lists them.
        UnknownIncident: There is no such incident.
    """
    notice = _notice(ledger, sought)
    receivers = ledger.confirmations.receivers(notice.id)
    mark = notice_mark(notice.incident, notice.sequence)
    person = _person(receivers, sought, mark)
    given = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.COMMAND, at=now, author=author, note=note)
    effect = ledger.confirmations.record(person, given)
    places = {(one.audience, one.contact) for one in person}
    answers = tuple(
        one for one in ledger.confirmations.of(notice.id) if (one.audience, one.contact) in places
    )
    return HandConfirmation(
        mark=mark,
        incident=notice.incident,
        notice=notice.sequence,
        name=person[0].name or person[0].contact,
        answers=answers,
        changed=effect is AnswerEffect.COUNTS,
    )


def _notice(ledger: Ledger, sought: Sought) -> Notice:
    """Return the notice that is named, or the latest that asks, or else the latest."""
    incident = ledger.incidents.find(sought.incident, closed=True)
    notices = ledger.incidents.notices(incident)
    if sought.notice is not None:
        for notice in notices:
            if notice.sequence == sought.notice:
                return notice
        raise NothingMatched(
            f"{incident.ref} has no notice {sought.notice}",
            hint=f"`broadcast log {incident.ref}` lists its notices",
        )
    running = [one.notice for one in ledger.escalations.of(incident) if one.ended_at is None]
    pages = [ledger.escalations.notice(one) for one in running]
    latest_first = sorted((*notices, *pages), key=lambda notice: notice.created_at, reverse=True)
    asking = (notice for notice in latest_first if ledger.confirmations.question(notice.id))
    return next(asking, latest_first[0])


def _person(receivers: Sequence[Asked], sought: Sought, mark: str) -> list[Asked]:
    """Return the one person who is meant, in every audience that they are in."""
    found = [one for one in receivers if sought.by is None or _means(one, sought.by, sought.region)]
    people: dict[tuple[str, str | None, str | None], list[Asked]] = {}
    for one in found:
        key = (one.name, one.phone, one.email) if one.phone or one.email else (one.place, None, None)
        people.setdefault(key, []).append(one)
    if not people:
        whom = sought.by or "anybody"
        raise NothingMatched(
            f"{mark} was not for {whom}",
            hint="name a receiver by id, whole name, phone number (with +) or e-mail address; "
            "`broadcast status` and `broadcast log` list them",
        )
    if len(people) > 1:
        listed = ", ".join(_listed([one[0] for one in people.values()]))
        stands = f"{sought.by} stands for" if sought.by else f"{mark} is for"
        raise UsageError(
            f"{stands} {len(people)} people: {listed}", hint="name one of them: --by AUDIENCE:ID"
        )
    return next(iter(people.values()))


def _listed(people: Sequence[Asked]) -> Iterator[str]:
    for one in people[:_LISTED]:
        addresses = ", ".join(mask(address) for address in (one.phone, one.email) if address)
        yield f"{one.name} ({one.place}, {addresses})" if addresses else f"{one.name} ({one.place})"
    if len(people) > _LISTED:
        yield f"and {len(people) - _LISTED} more"


def _means(asked: Asked, term: str, region: str) -> bool:
    """Return whether a term is the id, the name, the number or the mailbox of a receiver."""
    term = term.strip()
    if asked.name and name_words(asked.name) == name_words(term):
        return True
    audience, _, id = term.partition(":")
    if base_id(asked.contact) in {term, base_id(term)}:
        return True
    if term == asked.place:  # the name of a rota has a colon: `oncall:support:a-17`
        return True
    if id and (asked.audience, base_id(asked.contact)) == (audience, base_id(id)):
        return True
    if "@" in term:
        return bool(asked.email) and asked.email == _mailbox(term)
    return bool(asked.phone) and asked.phone == _number(term, region)


def _mailbox(term: str) -> str:
    try:
        return read_email(term).lower()
    except Unusable:
        return term.lower()


def _number(term: str, region: str) -> str:
    try:
        return read_phone(term, region).number
    except Unusable:
        return term
