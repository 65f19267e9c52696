"""`/a/{token}`: a second person approves or declines a proposal. Opening it changes nothing.

The page shows every text that would be sent. An answer is only recorded; the clock sends what was approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.errors import LedgerError
from broadcast.inbound.approvals import (
    ApprovalLink,
    ApprovalStanding,
    decide_approval,
    decision,
    open_approval,
)
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import ProposalState
from broadcast.model.clock import Clock
from broadcast.model.message import without_slots
from broadcast.model.question import AnswerMeans
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.requests import BodyTooLarge, read_fields

if TYPE_CHECKING:
    from aiohttp import web

    from broadcast.localisation.phrase_book import Phrases

#: Bytes of a form with an answer and a note.
_MOST = 16_384
_ANSWERS = {"approve": ProposalState.APPROVED, "decline": ProposalState.DECLINED}
#: How a proposal stands after which it is, or was, sent: the page shows a tick.
_DONE = frozenset({ApprovalStanding.APPROVED, ApprovalStanding.PUBLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRoute:
    """The route's parts; `answered` is called after an answer, so that the clock sends what was approved."""

    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits
    answered: Callable[[], None]

    async def show(self, request: web.Request) -> web.Response:
        """Show what would be sent, with a form; nothing changes."""
        found = await self._open(request)
        return self._page(found) if isinstance(found, ApprovalLink) else found

    async def answer(self, request: web.Request) -> web.Response:
        """Record the answer of the form, then show how the proposal stands."""
        found = await self._open(request)
        if not isinstance(found, ApprovalLink):
            return found
        asked, locale, now = found.asked, found.asked.locale, self.clock.now()
        try:
            answer, note = await _form(request)
        except BodyTooLarge:
            return self.pages.trouble("unclear", locale, 413)
        if answer not in _ANSWERS:
            return self.pages.trouble("unclear", locale, 400)
        decided = decision(asked, _ANSWERS[answer], AnswerMeans.LINK, now, note)

        def decide(ledger: Ledger) -> ApprovalStanding | None:
            return decide_approval(ledger, asked, found.proposal, decided)

        try:
            before = await self.writer.call(decide)
        except LedgerError:
            return self._later(locale)
        if before is None:
            self.answered()
        return await self.show(request)

    async def _open(self, request: web.Request) -> ApprovalLink | web.Response:
        """Return what the link is about, or the page that says why it cannot be used."""
        language = self.pages.accepted(request)
        refused = self.limits.refusal(request, language)
        if refused is not None:
            return refused
        token, now = request.match_info["token"], self.clock.now()
        try:
            link = await self.writer.call(lambda ledger: open_approval(ledger, token, now))
        except LedgerError:
            return self._later(language)
        return self.limits.unknown(request, language) if link is None else link

    def _later(self, locale: str) -> web.Response:
        return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})

    def _page(self, link: ApprovalLink) -> web.Response:
        locale, proposal, standing = link.asked.locale, link.proposal, link.standing
        words = self.pages.words(locale)
        waits = standing is ApprovalStanding.WAITING
        decided_at = proposal.decided_at and self.pages.moment(proposal.decided_at, locale)
        said = words(
            f"approval.{standing}",
            by=proposal.decided_by or "",
            moment=decided_at or "",
            until=self.pages.moment(proposal.valid_until, locale),
        )
        return self.pages.response(
            "approve",
            locale,
            status=410 if standing is ApprovalStanding.OUTDATED else 200,
            heading=words("approval.heading") if waits else words(f"approval.{standing}_heading"),
            texts=(said,),
            note=proposal.note if standing is ApprovalStanding.DECLINED else "",
            done=standing in _DONE,
            trouble=not waits and standing not in _DONE,
            title=proposal.title,
            mark=proposal.mark,
            drill=link.drill,
            facts=tuple(self._facts(link, words)),
            messages=_messages(proposal.shown, used=True),
            spare=_messages(proposal.shown, used=False),
            waits=waits,
            sending=standing is ApprovalStanding.APPROVED,
        )

    def _facts(self, link: ApprovalLink, words: Phrases) -> Iterator[tuple[str, str]]:
        """Yield what a person has to know before they decide, each with its name."""
        proposal, locale = link.proposal, link.asked.locale
        shown = proposal.shown
        yield words("approval.author"), proposal.author
        yield words("approval.since"), self.pages.moment(proposal.at, locale)
        yield words("approval.until"), self.pages.moment(proposal.valid_until, locale)
        thousands = words("approval.thousands")
        yield words("approval.people"), _grouped(shown.get("people", 0), thousands)
        readers = (f"{name} ({_grouped(people, thousands)})" for name, people in shown.get("audiences", ()))
        yield words("approval.audiences"), ", ".join(readers) or words("approval.nobody")
        if shown.get("posts"):
            yield words("approval.posts"), ", ".join(shown["posts"])


def _grouped(number: int, by: str) -> str:
    return f"{number:,}".replace(",", by)


def _messages(shown: Any, *, used: bool) -> list[dict[str, Any]]:
    """Return the texts that people get first, or those that are only used if a channel fails."""
    texts = [one for one in shown.get("texts", ()) if bool(one["recipients"]) is used]
    return [{**one, "text": without_slots(one["text"])} for one in texts]


async def _form(request: web.Request) -> tuple[str, str]:
    """Return the answer and the note in a form; empty if it cannot be read."""
    form = await read_fields(request, _MOST)
    return form.get("answer", [""])[-1], form.get("note", [""])[-1]
