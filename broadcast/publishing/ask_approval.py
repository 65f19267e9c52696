"""Ask the people who may approve a proposal: a message with a link and, during a call, with keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from broadcast.dispatch.stop import Stop
from broadcast.errors import NothingMatched
from broadcast.ledger.proposals import Proposal
from broadcast.ledger.records import Notice
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.contact import Contact
from broadcast.model.counted import counted
from broadcast.model.ids import base_id
from broadcast.model.notice import Facts
from broadcast.model.question import APPROVERS
from broadcast.publishing.prepare import needed_texts, write_texts
from broadcast.publishing.propose import approvers, is_author, prepare_proposal
from broadcast.publishing.publish import Publisher
from broadcast.publishing.reminder import PeopleOnDuty, directly, personal_lane
from broadcast.publishing.request import Limits

#: The folder of its templates.
TEXTS = "_approval"
#: Seconds without an answer after which a person is asked on the next channel.
_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks about proposals; `seconds` is the most that sending the messages of one may take.

    Example:
        >>> asking = Asking(publisher)
        >>> asking.record(proposal, now)
        >>> lines = [await asking.send(notice, stop) for notice in ledger.proposals.unsent(now)]
    """

    publisher: Publisher
    seconds: float = 30.0

    def record(self, proposal: Proposal, now: datetime, facts: Facts | None = None) -> Notice | None:
        """Record the messages to everybody who may approve a proposal, except its author.

        `facts` are those of the proposal, if they are known. None if they were asked before, or if nobody may
        approve it but by a command.

        Raises:
            NothingMatched: Nobody is on duty or can be reached.
            ConfigError: The files of a rota or of an audience cannot be read.
            TemplateError: A text cannot be rendered.
        """
        publisher = self.publisher
        settings, deliverer = publisher.settings, publisher.deliverer
        if not settings.approval.by:
            return None
        people = self._others(proposal, now)
        if not people:
            by = ", ".join(settings.approval.by)
            raise NothingMatched(f"nobody beside {proposal.author} is on duty or listed in {by}")
        facts = facts or prepare_proposal(publisher, proposal).facts
        own = self._facts(proposal, facts)
        personal = personal_lane(deliverer.channels.planned)
        # A room answers for nobody; `config check` refuses it.
        lane = tuple(name for name in settings.approval.channels if name in personal) or personal
        whom = PeopleOnDuty(name=APPROVERS, contacts=people, lane=lane)
        recipients = directly(publisher, own, whom, TEXTS)
        channels = deliverer.channels.planned
        texts, _ = write_texts(
            own, needed_texts(recipients.shares, channels, publisher.locales), publisher.renderer
        )
        new = SideNotice(
            facts=own,
            texts=texts,
            deliveries=recipients.deliveries,
            kinds={name: channel.capabilities.kind for name, channel in channels.items()},
        )
        return deliverer.ledger.proposals.ask(proposal, new, _WAIT, now)

    async def send(self, notice: Notice, stop: Stop) -> list[str]:
        """Send what a notice that asks still owes; return a line for what was sent, and one for each trouble.

        Raises `ConfigError`, `Refused` and `LedgerError`.
        """
        settings, deliverer = self.publisher.settings, self.publisher.deliverer
        asking = replace(
            deliverer, internal=deliverer.internal | {APPROVERS}, confirm_at=settings.serve.route("/a")
        )
        adapters, trouble = asking.available(notice)
        before = asking.standing(notice).counts.accepted
        limits = Limits(deadline=self.seconds, in_background=True)
        result = await asking.deliver(notice, limits, adapters, stop)
        sent = result.counts.accepted - before
        mark = notice.facts.mark.strip("[]")
        said = [f"{mark}: asked {counted(sent, 'person', 'people')} for approval"] if sent else []
        return [*said, *trouble]

    def _others(self, proposal: Proposal, now: datetime) -> list[Contact]:
        """Return everybody who may approve it, each person once, except its author."""
        settings, ledger = self.publisher.settings, self.publisher.deliverer.ledger
        people = approvers(settings, ledger, now)
        once = {base_id(one.id): one for one in reversed(people)}
        return [one for one in reversed(once.values()) if not is_author(one, proposal)]

    def _facts(self, proposal: Proposal, facts: Facts) -> Facts:
        """Return the facts of the proposal with what the texts say of the proposal itself."""
        said = (
            ("proposal_author", proposal.author),
            ("proposal_people", str(proposal.shown.get("people", 0))),
            ("proposal_audiences", ", ".join(name for name, _ in proposal.shown.get("audiences", ()))),
            ("proposal_posts", ", ".join(proposal.shown.get("posts", ()))),
        )
        link = (("has_link", "yes"),) if self.publisher.settings.serve.url else ()
        return replace(facts, audiences=(TEXTS,), variables=(*said, *link))
