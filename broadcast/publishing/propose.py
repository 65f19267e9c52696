"""Propose a notice, and publish exactly that once a second person approves it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from broadcast.config.settings import Settings
from broadcast.contacts.book import read_contacts
from broadcast.contacts.permission import Permission
from broadcast.dispatch.stop import Stop
from broadcast.errors import KeyReused, NothingMatched, Refused, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import LONGEST, NewProposal, Proposal, ProposalDecision, ProposalState
from broadcast.model.contact import Contact
from broadcast.model.ids import base_id
from broadcast.model.notice import Facts
from broadcast.publishing.approval import Release, deadlines, digest, outdated
from broadcast.publishing.author import author
from broadcast.publishing.on_duty import TO_ROTA, names_of, on_duty
from broadcast.publishing.prepare import PreparedNotice
from broadcast.publishing.preview import Preview, PreviewConsent
from broadcast.publishing.publish import Publisher, Subject
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result

_TO_AUDIENCE = "audience:"
_ENDED = {
    ProposalState.DECLINED: "was declined by {by}",
    ProposalState.WITHDRAWN: "was taken back by {by}",
    ProposalState.VOID: "was approved by {by}, and could not be sent",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A recorded proposal with its preview and its facts."""

    proposal: Proposal
    preview: Preview
    facts: Facts


def propose(publisher: Publisher, request: Request, limits: Limits) -> Proposed:
    """Record a notice that a second person is to approve; nothing is sent.

    A new incident gets its number now. With a key that was used before, nothing is recorded twice. Raises
    what `Publisher.publish` raises before it records a notice.
    """
    deliverer = publisher.deliverer
    incidents, proposals = deliverer.ledger.incidents, deliverer.ledger.proposals
    earlier = _with_key(deliverer.ledger, request)
    deliverer.follow_targets()
    # Whole seconds, so that the same moment comes back from the ledger.
    at = earlier.at if earlier else deliverer.clock.now().replace(microsecond=0)
    subject = Subject(earlier.incident, earlier.reserved) if earlier else Subject(request.incident)
    prepared = publisher.prepare(request, subject, at)
    if request.verb is Verb.NOTIFY and not earlier:
        # Only now: a notice that cannot be prepared takes no number.
        subject = Subject(incidents.reserve_ref(), reserved=True)
        prepared = publisher.prepare(request, subject, at)
    shown = publisher.checked_preview(prepared, limits)
    deliverer.channels.permit(prepared.recipients.channels)
    deliverer.channels.adapters(prepared.recipients.channels)
    if earlier:
        return Proposed(earlier, shown, prepared.facts)
    digested = digest(prepared)
    facts = prepared.facts
    keyed = request if request.key else replace(request, key=f"proposal/{facts.ref}/{digested[:16]}")
    new = NewProposal(
        incident=facts.ref,
        sequence=facts.sequence,
        key=keyed.key or "",
        inputs_hash=keyed.inputs_hash(),
        request=json.dumps(asdict(keyed), ensure_ascii=False),
        reserved=subject.reserved,
        digest=digested,
        author=author(),
        at=at,
        shown=shown_to_approvers(shown),
        valid_until=_valid_until(facts, at),
    )
    return Proposed(proposals.record(new), shown, facts)


def shown_to_approvers(preview: Preview) -> dict[str, Any]:
    """Return what people see of a notice before they approve it: no person is named in it."""
    return {
        "title": preview.title,
        "kind": str(preview.kind),
        "drill": preview.drill,
        "people": preview.people,
        "posts": list(preview.posts),
        "audiences": [[one.name, one.people] for one in preview.audiences if one.people],
        "texts": [
            {
                "audience": one.audience,
                "locale": one.locale,
                "kind": one.kind,
                "subject": one.subject,
                "text": one.text,
                "recipients": one.recipients,
            }
            for one in preview.texts
        ],
    }


def _valid_until(facts: Facts, at: datetime) -> datetime:
    return min((at + LONGEST, *(moment.astimezone(UTC) for moment, _ in deadlines(facts))))


def find_proposal(ledger: Ledger, mark: str) -> Proposal:
    """Return the latest proposal for a notice (`INC-7/2`, `7/2`) or for an incident (`INC-7`).

    Raises `NothingMatched`.
    """
    ref, _, number = mark.strip().upper().partition("/")
    ref = ref if ref.startswith("INC-") else f"INC-{ref}"
    found = [one for one in ledger.proposals.of(ref) if not number or str(one.sequence) == number]
    if not found:
        raise NothingMatched(
            f"there is no proposal {mark}", hint="`broadcast approve` lists what waits for approval"
        )
    return found[0]


def find_approver(
    settings: Settings, ledger: Ledger, proposal: Proposal, named: str | None, at: datetime
) -> str:
    """Return the id of the person who approves: `named`, or the person who runs the program.

    Raises `Refused` if that is the author, or nobody of those who may approve.
    """
    who = named or author()
    people = approvers(settings, ledger, at)
    ids = names_of((who, proposal.author), people)
    if settings.approval.by and who not in ids:
        raise Refused(
            f"{who} may not approve {proposal.mark}; nothing was sent", hint=_who_may(settings, people)
        )
    same = ids.get(who, who).casefold() == ids.get(proposal.author, proposal.author).casefold()
    if same or any(one.id == ids.get(who) and is_author(one, proposal) for one in people):
        raise Refused(
            f"{who} is the author of {proposal.mark}; nothing was sent",
            hint="another person has to approve it; --as ID says who you are",
        )
    return ids.get(who, who)


def check_own(proposal: Proposal, named: str | None) -> str:
    """Return the name of the person who takes a proposal back; raises `Refused` if it is not the author."""
    who = named or author()
    if who.casefold() != proposal.author.casefold():
        raise Refused(
            f"{proposal.author} proposed {proposal.mark}, so {who} cannot take it back",
            hint="to say no to it, use --decline",
        )
    return who


def is_author(person: Contact, proposal: Proposal) -> bool:
    """Return whether a proposal's author goes by the id, the mailbox or the name of this person."""
    words = {base_id(person.id), person.name, person.email or ""} - {""}
    return proposal.author.casefold() in {word.casefold() for word in words}


async def approve(
    publisher: Publisher, proposal: Proposal, by: str, limits: Limits, consent: PreviewConsent, stop: Stop
) -> Result:
    """Publish exactly what was proposed, once, whoever approves at the same time.

    If a proposal was approved but its run was killed before anything was recorded, this publishes it. Raises
    `Refused` if something changed since, or if the proposal is outdated or was replaced.
    """
    request = _request(proposal)
    ledger, clock = publisher.deliverer.ledger, publisher.deliverer.clock

    def decide(shown: Preview) -> None:
        consent(shown)
        approved = ProposalDecision(state=ProposalState.APPROVED, by=by, at=clock.now())
        if not ledger.proposals.decide(proposal.id, approved):
            _check_state(find_proposal(ledger, proposal.mark), proposal)

    if not ledger.incidents.notice_with_key(proposal.key):
        _check_state(find_proposal(ledger, proposal.mark), proposal)
        _check_time(publisher, proposal)
    return await publisher.publish(request, limits, decide, stop, _release(proposal, by))


async def publish_approved(publisher: Publisher, proposal: Proposal, limits: Limits, stop: Stop) -> Result:
    """Publish a proposal that a person approved by a link or a key, or by a command that was killed.

    As many people as they saw are told. Raises what `approve` raises.
    """

    def agreed(shown: Preview) -> None:
        """Return: a person has agreed to exactly this."""

    _check_state(find_proposal(publisher.deliverer.ledger, proposal.mark), proposal)
    if not publisher.deliverer.ledger.incidents.notice_with_key(proposal.key):
        _check_time(publisher, proposal)
    seen = replace(limits, max_recipients=proposal.shown.get("people", limits.max_recipients))
    release = _release(proposal, proposal.decided_by or "")
    return await publisher.publish(_request(proposal), seen, agreed, stop, release)


def _release(proposal: Proposal, by: str) -> Release:
    return Release(
        mark=proposal.mark,
        ref=proposal.incident,
        reserved=proposal.reserved,
        at=proposal.at,
        digest=proposal.digest,
        author=f"{proposal.author}, approved by {by}",
    )


def decide_otherwise(ledger: Ledger, proposal: Proposal, decision: ProposalDecision) -> None:
    """Decline a proposal, or take it back. Raises `Refused` if it does not wait any more."""
    if not ledger.proposals.decide(proposal.id, decision):
        latest = find_proposal(ledger, proposal.mark)
        _check_state(latest, proposal)
        raise Refused(
            f"{proposal.mark} was approved by {latest.decided_by} before",
            hint=f"a notice that was sent is corrected with `broadcast retract {proposal.incident}`",
        )


def _check_state(latest: Proposal, proposal: Proposal) -> None:
    """Raise `Refused` if this proposal was declined, taken back, voided, or a newer one has its place."""
    if latest.id == proposal.id and latest.state in _ENDED:
        why = f": {latest.note}" if latest.note else ""
        raise Refused(
            f"{proposal.mark} {_ENDED[latest.state].format(by=latest.decided_by)}{why}; nothing was sent",
            hint="propose it again: repeat the command with --propose",
        )
    if latest.id != proposal.id or latest.state is ProposalState.REPLACED:
        raise Refused(
            f"{latest.author} proposed another text as {proposal.mark} since; nothing was sent",
            hint=f"look at the new one: broadcast approve {proposal.mark}",
        )


def _check_time(publisher: Publisher, proposal: Proposal) -> None:
    now = publisher.deliverer.clock.now()
    late = "it waited longer than a day" if now - proposal.at > LONGEST else ""
    reason = late or outdated(prepare_proposal(publisher, proposal), now)
    if reason:
        raise Refused(
            f"{proposal.mark} is outdated: {reason}; nothing was sent",
            hint="propose it again: repeat the command with --propose",
        )


def prepare_proposal(publisher: Publisher, proposal: Proposal) -> PreparedNotice:
    """Return the notice of a proposal, as of the time when it was proposed."""
    subject = Subject(proposal.incident, proposal.reserved)
    return publisher.prepare(_request(proposal), subject, proposal.at)


def _with_key(ledger: Ledger, request: Request) -> Proposal | None:
    """Return the proposal under the request's key; raises `KeyReused` if the key has another content."""
    if not request.key:
        return None
    earlier = ledger.proposals.with_key(request.key)
    notice = ledger.incidents.notice_with_key(request.key)
    used = notice.inputs_hash if notice else earlier.inputs_hash if earlier else None
    if used not in {None, request.inputs_hash()}:
        raise KeyReused(
            f"the key {request.key} belongs to another notice or proposal",
            hint="use a new key for a new notice",
        )
    if notice:
        raise UsageError(
            f"{notice.incident}/{notice.sequence} was published under the key {request.key} already",
            hint="there is nothing to approve; use a new key for a new notice",
        )
    return earlier if earlier and earlier.state is not ProposalState.REPLACED else None


def _request(proposal: Proposal) -> Request:
    """Return the request as it was typed."""
    given: dict[str, Any] = json.loads(proposal.request)
    known = {field.name for field in fields(Request)}
    values = {name: _frozen(value) for name, value in given.items() if name in known}
    return Request(**{**values, "verb": Verb(given["verb"])})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def approvers(settings: Settings, ledger: Ledger, at: datetime) -> Sequence[Contact]:
    """Return the people who may approve at that time."""
    people: list[Contact] = []
    for entry in settings.approval.by:
        name = entry.partition(":")[2]
        if entry.startswith(TO_ROTA):
            people += on_duty(settings, ledger, name, at)
        elif entry.startswith(_TO_AUDIENCE):
            listed = read_contacts(settings.audiences[name].contacts, settings.region).contacts
            permission = Permission(suppressed=ledger.suppressions.suppressed(), internal=True)
            people += [permission.unsuppressed(one) for one in listed]
    return people


def _who_may(settings: Settings, people: Sequence[Contact]) -> str:
    places = ", ".join(settings.approval.by)
    if not people:
        return f"nobody is on duty or listed in {places}: see `broadcast oncall`"
    listed = ", ".join(one.id for one in people[:5])
    return f"one of {places} has to approve it, now {listed}; --as ID says who you are"
