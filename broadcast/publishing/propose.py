"""Propose a notice, and publish exactly that once a second person approves it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from broadcast.config.settings import Settings
from broadcast.contacts.book import read_contacts
from broadcast.dispatch.stop import Stop
from broadcast.errors import KeyReused, NothingMatched, Refused, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal, Proposal, ProposalState
from broadcast.model.contact import Contact
from broadcast.publishing.approval import Release, digest, outdated
from broadcast.publishing.author import author
from broadcast.publishing.on_duty import TO_ROTA, names_of, on_duty
from broadcast.publishing.preview import Preview, PreviewConsent
from broadcast.publishing.publish import Publisher, Subject
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result

#: A proposal that waits longer says what was true yesterday.
_LONGEST = timedelta(days=1)
_TO_AUDIENCE = "audience:"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A recorded proposal with its preview."""

    proposal: Proposal
    preview: Preview


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
        return Proposed(earlier, shown)
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
    )
    return Proposed(proposals.record(new), shown)


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
    people = _approvers(settings, ledger, at)
    ids = names_of((who, proposal.author), people)
    if settings.approval.by and who not in ids:
        raise Refused(
            f"{who} may not approve {proposal.mark}; nothing was sent", hint=_who_may(settings, people)
        )
    if ids.get(who, who).casefold() == ids.get(proposal.author, proposal.author).casefold():
        raise Refused(
            f"{who} is the author of {proposal.mark}; nothing was sent",
            hint="another person has to approve it; --as ID says who you are",
        )
    return ids.get(who, who)


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
        if not ledger.proposals.approve(proposal.id, by, clock.now()):
            _check_state(find_proposal(ledger, proposal.mark), proposal)

    if not ledger.incidents.notice_with_key(proposal.key):
        _check_state(find_proposal(ledger, proposal.mark), proposal)
        _check_time(publisher, proposal, request)
    release = Release(
        mark=proposal.mark,
        ref=proposal.incident,
        reserved=proposal.reserved,
        at=proposal.at,
        digest=proposal.digest,
        author=f"{proposal.author}, approved by {by}",
    )
    return await publisher.publish(request, limits, decide, stop, release)


def _check_state(latest: Proposal, proposal: Proposal) -> None:
    """Raise `Refused` if a newer proposal took the place of this one."""
    if latest.id != proposal.id or latest.state is ProposalState.REPLACED:
        raise Refused(
            f"{latest.author} proposed another text as {proposal.mark} since; nothing was sent",
            hint=f"look at the new one: broadcast approve {proposal.mark}",
        )


def _check_time(publisher: Publisher, proposal: Proposal, request: Request) -> None:
    now = publisher.deliverer.clock.now()
    subject = Subject(proposal.incident, proposal.reserved)
    late = "it waited longer than a day" if now - proposal.at > _LONGEST else ""
    reason = late or outdated(publisher.prepare(request, subject, proposal.at), now)
    if reason:
        raise Refused(
            f"{proposal.mark} is outdated: {reason}; nothing was sent",
            hint="propose it again: repeat the command with --propose",
        )


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


def _approvers(settings: Settings, ledger: Ledger, at: datetime) -> Sequence[Contact]:
    """Return the people who may approve at that time."""
    people: list[Contact] = []
    for entry in settings.approval.by:
        name = entry.partition(":")[2]
        if entry.startswith(TO_ROTA):
            people += on_duty(settings, ledger, name, at)
        elif entry.startswith(_TO_AUDIENCE):
            people += read_contacts(settings.audiences[name].contacts, settings.region).contacts
    return people


def _who_may(settings: Settings, people: Sequence[Contact]) -> str:
    places = ", ".join(settings.approval.by)
    if not people:
        return f"nobody is on duty or listed in {places}: see `broadcast oncall`"
    listed = ", ".join(one.id for one in people[:5])
    return f"one of {places} has to approve it, now {listed}; --as ID says who you are"
