"""Links in messages: what a link to confirm is about, and what follows from opening it and answering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadcast.inbound.answerable import is_customer
from broadcast.ledger.confirmations import AnswerEffect, Asked, Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.confirm_token import LIFETIME, delivery_number, is_genuine
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, AnswerMeans, PersonalAnswer
from broadcast.model.suppression import Suppression, UnknownToken, unsubscribed


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLink:
    """What a genuine link is about.

    Attributes:
        asked: The receiver.
        notice: The notice.
        question: What it asks; empty if it is only to be confirmed.
        choices: The answers that the receiver may give, the usual one first.
        answer: The answer that counts; None if there is none.
        expired: The link is too old to be used.
    """

    asked: Asked
    notice: Notice
    question: str
    choices: tuple[str, ...]
    answer: Confirmation | None
    expired: bool


def open_link(ledger: Ledger, token: str, now: datetime, internal: frozenset[str]) -> ConfirmLink | None:
    """Return what a link is about, and change nothing; None if we did not make it.

    `internal` are the audiences whose people are on duty: they may pass on and decline.
    """
    number = delivery_number(token)
    found = None if number is None else ledger.confirmations.asked_by(number)
    if number is None or found is None:
        return None
    asked, identity = found
    if identity is None or not is_genuine(token, ledger.secret(), number, identity):
        return None
    if ledger.proposals.asked_by(asked.notice):
        return None  # it is a link to approve a proposal
    notice = ledger.incidents.notice(asked.notice)
    question = ledger.confirmations.question(notice.id)
    asked_at = question.asked_at if question else notice.created_at
    return ConfirmLink(
        asked=asked,
        notice=notice,
        question=question.text if question else "",
        choices=_choices(asked, internal),
        answer=ledger.confirmations.answer_of(asked),
        expired=now - asked_at > LIFETIME,
    )


def _choices(asked: Asked, internal: frozenset[str]) -> tuple[str, ...]:
    """Return the answers that a receiver may give, the usual one first."""
    if asked.options:
        return asked.options
    if asked.answer_by is None or is_customer(asked, internal):
        return (CONFIRM,)
    return CONFIRM, FORWARD, DECLINE


def answer_link(ledger: Ledger, link: ConfirmLink, answer: str, now: datetime) -> AnswerEffect:
    """Record an answer, and return its effect. Raises `LedgerError`."""
    asked = link.asked
    author = asked.name or asked.contact
    given = PersonalAnswer(answer=answer, means=AnswerMeans.LINK, at=now, author=author)
    return ledger.confirmations.record(ledger.confirmations.entries(asked), given)


def unsubscription(ledger: Ledger, token: str, now: datetime) -> Suppression | None:
    """Return the suppression that an unsubscribe link asks for; None if we did not make the link."""
    try:
        return unsubscribed(token, "an unsubscribe link", now, ledger.secret())
    except UnknownToken:
        return None
