"""Take a message or a key press: record it, let it have its effect once, and say what to answer.

A message and its effect are one transaction. The same message again, as providers repeat what was not
answered in time, has no second effect and gets no second answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from broadcast.inbound.answerable import is_answerable, is_customer, is_on_duty
from broadcast.inbound.approvals import ApprovalStanding, decide_approval, decision
from broadcast.inbound.language_of_number import language_of
from broadcast.inbound.meaning import Meaning, Understood, understand
from broadcast.inbound.which_question import ANSWERS, Addressed, addressed
from broadcast.ledger.confirmations import AnswerEffect, Asked
from broadcast.ledger.inbox import InboundEffect, InboundTaken, NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import Proposal, ProposalState
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.mask import mask
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, ROOM, AnswerMeans, PersonalAnswer, confirms
from broadcast.model.suppression import SuppressionReason, suppression

#: What the keys of a call do (`channels/voice/twiml.py` says it to the person).
_KEYS = {"1": CONFIRM, "5": FORWARD, "9": DECLINE}
#: With this key, customers end all calls.
_LEAVE = "9"
#: Keys of a notice that asks nothing.
_KEYS_UNASKED = {"1": CONFIRM}
#: Keys of a call that asks for an approval.
_APPROVAL_KEYS = {"1": ProposalState.APPROVED, "9": ProposalState.DECLINED}
_STOPPED = "{who} sent STOP: no SMS to {number} any more, only calls and mails"
_STARTED = "{who} sent START: SMS to {number} again"


class Said(StrEnum):
    """What to say to a person who wrote or pressed a key; `phrases` has the words."""

    NOTHING = "nothing"
    STOPPED = "stopped"
    STOPPED_ON_DUTY = "stopped_on_duty"  # the commander is told
    STARTED = "started"
    CONFIRMED = "confirmed"
    PASSED_ON = "passed_on"
    DECLINED = "declined"
    CHOSEN = "chosen"
    ALREADY = "already"  # the person had said the same before
    STAYS = "stays"  # it is kept, and the person's earlier confirmation counts
    OVER = "over"  # the incident has ended since
    NO_QUESTION = "no_question"
    RECEIVED = "received"  # something else was written; people will read it
    AGAIN = "again"  # a key that means nothing here
    CHOOSE = "choose"  # something short was written that is no option of the question
    APPROVED = "approved"  # the proposal is sent now
    REFUSED = "refused"  # the proposal is not sent
    DECIDED = "decided"  # somebody else had decided about it
    OUTDATED = "outdated"  # the proposal says what is not true any more
    USE_LINK = "use_link"  # a reply proves too little for an approval


#: What is said about a proposal that does not wait any more; of all others, that somebody has decided.
_HOW_IT_STANDS = {
    ApprovalStanding.OUTDATED: Said.OUTDATED,
    ApprovalStanding.OVERTAKEN: Said.OUTDATED,
    ApprovalStanding.OVER: Said.OVER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message: what to say, about which notice (`INC-7/2`), in which language.

    `locale` is empty if the language of the person is not known. `person` is whom it was recorded for, if
    several people share the address.
    """

    said: Said
    mark: str = ""
    locale: str = ""
    option: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes what people send on the channels of one ledger; a ledger belongs to one thread.

    Attributes:
        ledger: Where it is recorded.
        internal: The audiences whose people are on duty: they cannot unsubscribe by a key.
        own: Our own numbers, which are never answered.
    """

    ledger: Ledger
    internal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def message(self, channel: str, kind: AddressKind, message: InboundMessage, now: datetime) -> Taken:
        """Take a message; returns what to answer. Raises `LedgerError`: then it was not recorded."""
        about = addressed(self.ledger.confirmations.asked_at(kind, message.sender, now), message.text, now)
        if not message.proved:
            about = replace(about, understood=Understood(Meaning.OTHER))
        latest = about.asked[0] if about.asked else None
        proposal = self.ledger.proposals.asked_by(latest.notice) if latest else None
        if proposal and about.understood.meaning in ANSWERS:
            # Anybody can write under another number, and only the link shows what would be sent.
            about = replace(about, understood=Understood(Meaning.OTHER))
        new = NewInbound(
            channel=channel,
            message=message,
            kind=kind,
            meaning=about.understood.meaning,
            notice=latest.notice if latest else None,
            at=now,
            answerable=is_answerable(kind, message.sender, message.recipient, self.own)
            and not message.answered,
        )
        effect = self._effect(new, about)
        taken = self.ledger.inbox.take(new, effect)
        if not taken.answer:
            return Taken(said=Said.NOTHING)
        said = Said.USE_LINK if _answers_nothing(effect) and proposal else _said(about, effect, taken)
        return Taken(
            said=said,
            mark=proposal.mark if proposal else latest.mark if latest else "",
            locale=latest.locale if latest else self._language(kind, message.sender, now),
            option=_option(said, about),
            person=latest.name if latest and about.sharing and effect.answer else "",
        )

    def key(
        self, channel: str, press: KeyPress, now: datetime, means: AnswerMeans = AnswerMeans.KEY
    ) -> Taken:
        """Take a key that was pressed during a call, or a button.

        In a room, the first press of anybody answers a notice for the room, and it is recorded who pressed.
        An escalation asks people: there, everybody in the room answers for themselves.
        """
        asked = self.ledger.confirmations.asked_in(channel, press.ref)
        if not asked and press.key:
            asked = self.ledger.confirmations.asked_under(channel, press.key)
        if not asked:
            return Taken(said=Said.NO_QUESTION)
        latest = asked[0]
        proposal = self.ledger.proposals.asked_by(latest.notice)
        if proposal is not None:
            return self._decide(latest, proposal, press.pressed, means, now)
        if press.pressed == _LEAVE and is_customer(latest, self.internal) and latest.phone:
            self._leave(channel, latest.phone, now)
            return Taken(said=Said.STOPPED, mark=latest.mark, locale=latest.locale)
        answer = self._pressed(press.pressed, latest)
        if not answer:
            return Taken(said=Said.AGAIN, mark=latest.mark, locale=latest.locale)
        room = latest.contact.startswith(ROOM)
        author = press.sender if room else latest.name or latest.contact
        given = PersonalAnswer(answer=answer, means=means, at=now, channel=channel, author=author)
        receivers = self._in_room(asked, press) if room else self.ledger.confirmations.entries(latest)
        effect = self.ledger.confirmations.record(receivers, given)
        said = _said_to_answer(answer, latest, effect)
        option = answer if said is Said.CHOSEN else ""
        return Taken(said=said, mark=latest.mark, locale=latest.locale, option=option)

    def _decide(
        self, asked: Asked, proposal: Proposal, pressed: str, means: AnswerMeans, now: datetime
    ) -> Taken:
        """Take the key of a person who is asked to approve a proposal."""
        state = _APPROVAL_KEYS.get(pressed)
        if state is None:
            return Taken(said=Said.AGAIN, mark=proposal.mark, locale=asked.locale)
        before = decide_approval(self.ledger, asked, proposal, decision(asked, state, means, now))
        done = Said.APPROVED if state is ProposalState.APPROVED else Said.REFUSED
        said = done if before is None else _HOW_IT_STANDS.get(before, Said.DECIDED)
        return Taken(said=said, mark=proposal.mark, locale=asked.locale)

    def _in_room(self, asked: Sequence[Asked], press: KeyPress) -> Sequence[Asked]:
        if asked[0].sequence > 0 or not press.sender:
            return asked
        return [replace(one, contact=f"{one.contact}/{press.sender}") for one in asked]

    def _language(self, kind: AddressKind, sender: str, now: datetime) -> str:
        """Return the language of a person whom nothing was asked; empty if we do not know it."""
        reached = self.ledger.confirmations.reached_at(kind, sender, now)
        if reached:
            return reached[0].locale
        return language_of(sender) if kind is AddressKind.PHONE else ""

    def _duties(self, new: NewInbound) -> list[Asked]:
        """Return where the person was told as part of their work lately, the latest first."""
        reached = self.ledger.confirmations.reached_at(new.kind, new.message.sender, new.at)
        return [one for one in reached if is_on_duty(one, self.internal)]

    def _pressed(self, key: str, asked: Asked) -> str:
        """Return the answer that a key stands for; empty if it stands for none."""
        if asked.options:
            return understand(key, asked.options).option
        silent = is_customer(asked, self.internal) or asked.answer_by is None
        return (_KEYS_UNASKED if silent else _KEYS).get(key, "")

    def _leave(self, channel: str, number: str, now: datetime) -> None:
        secret, source = self.ledger.secret(), f"a key on {channel}"
        reason = SuppressionReason.OPTED_OUT
        found = suppression(secret, AddressKind.PHONE, number, reason, source, now)
        self.ledger.suppressions.add([found])

    def _effect(self, new: NewInbound, about: Addressed) -> InboundEffect:
        if about.understood.meaning is Meaning.STOP:
            secret, source = self.ledger.secret(), f"a reply on {new.channel}"
            reason = SuppressionReason.OPTED_OUT
            found = suppression(secret, new.kind, new.message.sender, reason, source, new.at)
            duty = self._duties(new)
            return InboundEffect(suppress=found, on_duty=bool(duty), lines=_lines(duty, _STOPPED))
        if about.understood.meaning is Meaning.START:
            return InboundEffect(release=True, lines=_lines(self._duties(new), _STARTED))
        if about.answer is None or not about.asked:
            return InboundEffect()
        latest = about.asked[0]
        author = " or ".join(about.sharing) or latest.name or latest.contact
        given = PersonalAnswer(
            answer=about.answer, means=AnswerMeans.REPLY, at=new.at, channel=new.channel, author=author
        )
        return InboundEffect(receivers=about.asked, answer=given)


def _answers_nothing(effect: InboundEffect) -> bool:
    return effect.answer is None and effect.suppress is None and not effect.release


def _lines(duties: Sequence[Asked], what: str) -> tuple[tuple[int, str], ...]:
    """Return a line for each open incident, with the latest notice that told the person of it."""
    lines = []
    for one in {one.incident: one for one in reversed(duties) if not one.closed}.values():
        who = f"{one.name or one.contact} ({one.place})"
        lines.append((one.notice, what.format(who=who, number=mask(one.phone or ""))))
    return tuple(lines)


def _said(about: Addressed, effect: InboundEffect, taken: InboundTaken) -> Said:
    if effect.suppress is not None:
        return Said.STOPPED_ON_DUTY if effect.on_duty else Said.STOPPED
    if effect.release and taken.changed:
        return Said.STARTED
    if effect.answer is not None:
        return _said_to_answer(effect.answer.answer, about.asked[0], taken.effect)
    if about.asked and about.asked[0].options and about.asked[0].answer is None and about.is_short:
        return Said.CHOOSE
    return Said.NO_QUESTION if about.understood.meaning in ANSWERS else Said.RECEIVED


def _option(said: Said, about: Addressed) -> str:
    """Return the option that was chosen, or how many there are to choose from."""
    if said is Said.CHOOSE:
        return str(len(about.asked[0].options))
    return about.understood.option if said is Said.CHOSEN else ""


def _said_to_answer(answer: str, latest: Asked, effect: AnswerEffect) -> Said:
    if effect is AnswerEffect.NONE:
        return Said.ALREADY
    if latest.closed:
        return Said.OVER
    if effect is AnswerEffect.NOTED and latest.answer is not None and confirms(latest.answer):
        return Said.STAYS
    known = {CONFIRM: Said.CONFIRMED, FORWARD: Said.PASSED_ON, DECLINE: Said.DECLINED}
    return known.get(answer, Said.CHOSEN)
