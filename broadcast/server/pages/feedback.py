"""`/feedback/{ref}`: a rating, words, and whether we may call back. No login, no cookie, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.contacts.address import Unusable
from broadcast.contacts.typed_address import read_address
from broadcast.errors import LedgerError, UnknownIncident
from broadcast.hotline.incidents import public_facts
from broadcast.hotline.typed_number import callable_number
from broadcast.inbound.subscribing import TRAP
from broadcast.ledger.feedback import Feedback, add_feedback
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.model.contact import AddressKind
from broadcast.model.incident import Incident
from broadcast.model.notice import Facts
from broadcast.model.ratings import BEST, WORST
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.pages.rate_limit import RateLimit
from broadcast.server.requests import BodyTooLarge, read_fields

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes of a form, and characters of the words.
_MOST, _LONGEST = 16_384, 2000
_RATINGS = [str(one) for one in range(WORST, BEST + 1)]

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRoute:
    """The route's parts. `calls_back` says whether we can call people, whose numbers are from `region`."""

    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits
    forms: RateLimit
    counters: Counters
    calls_back: bool
    region: str

    async def form(self, request: web.Request) -> web.Response:
        """Show the form; nothing changes."""
        found = await self._open(request)
        return self._form(found, self.pages.accepted(request), {}) if isinstance(found, Facts) else found

    async def take(self, request: web.Request) -> web.Response:
        """Record what the form says, once."""
        found, locale = await self._open(request), self.pages.accepted(request)
        if not isinstance(found, Facts):
            return found
        if not self.forms.count(self.limits.client(request)):
            self.counters.add("too_many")
            return self.pages.trouble("busy", locale, 429, **{"Retry-After": "60"})
        try:
            form = await read_fields(request, _MOST)
        except BodyTooLarge:
            return self.pages.trouble("unclear", locale, 413)
        if _first(form, TRAP):
            return self._thanks(locale, called=False)
        return await self._record(found, form, locale)

    async def _record(self, facts: Facts, form: Form, locale: str) -> web.Response:
        rating, phone = _first(form, "rating"), _first(form, "phone")
        number = self._number(phone) if phone and self.calls_back else ""
        if rating not in _RATINGS:
            return self._form(facts, locale, form, "rating")
        if number is None:
            return self._form(facts, locale, form, "phone")
        text, now = " ".join(_first(form, "text").split())[:_LONGEST], self.clock.now()
        spoken = self.pages.words(locale).code

        def record(ledger: Ledger) -> bool:
            incident = ledger.incidents.find(facts.ref).id
            given = Feedback(
                incident=incident, rating=int(rating), text=text, number=number, locale=spoken, at=now
            )
            return add_feedback(ledger.store, given)

        try:
            called = await self.writer.call(record)
        except LedgerError:
            return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})
        return self._thanks(locale, called=called)

    def _number(self, typed: str) -> str | None:
        """Return a number that we may call; None if it is none."""
        try:
            address = read_address(typed, self.region)
        except Unusable:
            return None
        is_phone = address.kind is AddressKind.PHONE
        return address.value if is_phone and callable_number(address.value) else None

    async def _open(self, request: web.Request) -> Facts | web.Response:
        """Return the latest facts of the incident, or the page that says why there is no form."""
        locale = self.pages.accepted(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        ref = request.match_info["ref"]

        def read(ledger: Ledger) -> Facts | None:
            try:
                return _public(ledger, ledger.incidents.find(ref, closed=True))
            except UnknownIncident:
                return None

        try:
            found = await self.writer.call(read)
        except LedgerError:
            return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})
        return found or self.limits.unknown(request, locale)

    def _thanks(self, locale: str, *, called: bool) -> web.Response:
        words = self.pages.words(locale)
        texts = (*((words("feedback.called"),) if called else ()), words("done.close"))
        return self.pages.response(
            "message", locale, heading=words("feedback.thanks"), texts=texts, done=True
        )

    def _form(self, facts: Facts, locale: str, form: Form, problem: str = "") -> web.Response:
        words = self.pages.words(locale)
        typed: dict[str, Any] = {name: _first(form, name) for name in ("rating", "text", "phone")}
        return self.pages.response(
            "feedback",
            locale,
            status=400 if problem else 200,
            heading=words("feedback.heading"),
            title=facts.worded("title", words.code) or facts.title,
            mark=facts.ref,
            drill=facts.drill,
            ratings=_RATINGS,
            typed=typed,
            problem=problem,
            calls_back=self.calls_back,
            trap=TRAP,
            longest=_LONGEST,
        )


def _public(ledger: Ledger, incident: Incident) -> Facts | None:
    """Return what customers were told last; None if they were told nothing."""
    return public_facts([notice.facts for notice in ledger.incidents.notices(incident)])


def _first(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "").strip()
