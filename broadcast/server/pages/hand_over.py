"""`/h/{token}`: what the agent of a call needs to know of it, and a form for what came of it.

The address has no personal data. The page shows the caller's number masked, because others may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.errors import LedgerError
from broadcast.hotline.snapshot import Snapshot
from broadcast.hotline.status import spoken_incidents
from broadcast.ledger.hand_overs import AcceptedCall, NoteOutcome, hand_over, note_hand_over
from broadcast.ledger.ledger import Ledger
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.agent_page_token import PAGE_LIFETIME, is_page_of
from broadcast.model.clock import Clock
from broadcast.model.confirm_token import delivery_number
from broadcast.model.mask import mask
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.requests import BodyTooLarge, read_fields

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes of the form, and characters of the note.
_MOST, _LONGEST = 16_384, 2000
_SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRoute:
    """The route's parts; `snapshot` returns what callers are told now."""

    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits
    snapshot: Callable[[], Snapshot]

    async def show(self, request: web.Request) -> web.Response:
        """Show the call; nothing changes."""
        found = await self._open(request)
        return self._page(found, self.pages.accepted(request)) if isinstance(found, AcceptedCall) else found

    async def note(self, request: web.Request) -> web.Response:
        """Record what came of the call, then show it."""
        found, locale = await self._open(request), self.pages.accepted(request)
        if not isinstance(found, AcceptedCall):
            return found
        try:
            outcome, note = await _form(request)
        except BodyTooLarge:
            return self.pages.trouble("unclear", locale, 413)
        if outcome is None:
            return self.pages.trouble("unclear", locale, 400)
        now = self.clock.now()
        try:
            await self.writer.call(lambda ledger: note_hand_over(ledger.store, found, outcome, note, now))
        except LedgerError:
            return self._later(locale)
        words = self.pages.words(locale)
        texts = (words(f"hand_over.{_key(outcome)}_done"), words("done.close"))
        return self.pages.response(
            "message", locale, heading=words("hand_over.noted"), texts=texts, done=True
        )

    async def _open(self, request: web.Request) -> AcceptedCall | web.Response:
        """Return the call, or the page that says why it cannot be shown."""
        locale = self.pages.accepted(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        token, now = request.match_info["token"], self.clock.now()
        try:
            found = await self.writer.call(lambda ledger: _genuine(ledger, token))
        except LedgerError:
            return self._later(locale)
        if found is None:
            return self.limits.unknown(request, locale)
        if now - found.accepted_at > PAGE_LIFETIME:
            words = self.pages.words(locale)
            texts = (words("hand_over.expired_text"),)
            heading = words("trouble.expired")
            return self.pages.response(
                "message", locale, status=410, heading=heading, texts=texts, trouble=True
            )
        return found

    def _later(self, locale: str) -> web.Response:
        return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})

    def _page(self, call: AcceptedCall, locale: str) -> web.Response:
        snapshot, words = self.snapshot(), self.pages.words(locale)
        return self.pages.response(
            "hand_over",
            locale,
            heading=words("hand_over.heading"),
            facts=tuple(self._facts(call, snapshot, words)),
            incidents=_incidents(snapshot, call.locale),
            turns=tuple(_turns(call, words)),
            earlier=tuple(self._earlier(call, snapshot, words, locale)),
            choices=[(one.value, words(f"hand_over.{_key(one)}")) for one in NoteOutcome],
            chosen=call.outcome or NoteOutcome.SOLVED.value,
            note=call.note,
            longest=_LONGEST,
        )

    def _facts(self, call: AcceptedCall, snapshot: Snapshot, words: Phrases) -> Iterator[tuple[str, str]]:
        """Yield names and values about the caller."""
        waited = max(0, round((call.accepted_at - call.asked_at).total_seconds() / _SECONDS_A_MINUTE))
        yield words("hand_over.topic"), _topic(call.topic, snapshot, words)
        yield words("hand_over.language"), words.table("languages").get(call.locale[:2], call.locale)
        yield (
            words("hand_over.waited"),
            (words.counted("hand_over.minutes", waited) if waited else words("hand_over.just_now")),
        )
        yield words("hand_over.caller"), mask(call.caller) if call.caller else words("hand_over.withheld")

    def _earlier(
        self, call: AcceptedCall, snapshot: Snapshot, words: Phrases, locale: str
    ) -> Iterator[tuple[str, str]]:
        outcomes = words.table("call_outcome")
        for one in call.earlier:
            topic = _topic(one.topic, snapshot, words) if one.topic else ""
            said = ", ".join(part for part in (topic, outcomes.get(one.outcome, ""), one.note) if part)
            yield self.pages.moment(one.at, locale), said or words("hand_over.nothing")


def _genuine(ledger: Ledger, token: str) -> AcceptedCall | None:
    """Return the call that a token is about; None if we did not make it."""
    number = delivery_number(token)
    found = hand_over(ledger.store, number) if number is not None else None
    return found if found and is_page_of(token, ledger.secret(), found.id, found.agent) else None


def _incidents(snapshot: Snapshot, locale: str) -> list[dict[str, Any]]:
    """Return what is open, with the text to say in the caller's language; the caller has heard the first."""
    heard = spoken_incidents(snapshot)
    return [
        {
            "ref": one.ref,
            "text": one.status.get(locale) or next(iter(one.status.values()), ""),
            "locale": locale if locale in one.status else next(iter(one.status), locale),
            "heard": one in heard,
            "drill": one.drill,
        }
        for one in snapshot.incidents
    ]


def _turns(call: AcceptedCall, words: Phrases) -> Iterator[str]:
    for turn in call.turns:
        if turn.pressed:
            yield words("hand_over.pressed", key=turn.pressed)
        elif turn.said:
            yield words("hand_over.said", text=turn.said)


def _topic(topic: str, snapshot: Snapshot, words: Phrases) -> str:
    prompts = snapshot.prompts.get(words.code) or snapshot.prompts[snapshot.locales[0]]
    return prompts(f"topic.{topic or 'none'}")


def _key(outcome: NoteOutcome) -> str:
    return outcome.value.replace("-", "_")


async def _form(request: web.Request) -> tuple[NoteOutcome | None, str]:
    """Return what the form says; None if it cannot be read."""
    form = await read_fields(request, _MOST)
    outcome = form.get("outcome", [""])[-1]
    note = " ".join(form.get("note", [""])[-1].split())[:_LONGEST]
    return (NoteOutcome(outcome) if outcome in set(NoteOutcome) else None), note
