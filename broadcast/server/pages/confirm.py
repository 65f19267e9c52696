"""`/c/{token}`: a person confirms a notice. Opening it changes nothing: mail scanners open every link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.errors import LedgerError
from broadcast.inbound.links import ConfirmLink, answer_link, open_link
from broadcast.ledger.confirmations import AnswerEffect, Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.model.question import CONFIRM, DECLINE, FORWARD
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.requests import BodyTooLarge, read_fields

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes of a form with one answer.
_MOST = 4096
_LABELS = {CONFIRM: "confirm.confirm", FORWARD: "confirm.pass_on", DECLINE: "confirm.decline"}
_DONE = {CONFIRM: "done.confirmed", FORWARD: "done.passed_on", DECLINE: "done.declined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRoute:
    """The route's parts; `internal` are the audiences whose people are on duty.

    `answered` is called after an answer, which may make messages to other people due.
    """

    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits
    internal: frozenset[str]
    answered: Callable[[], None]

    async def show(self, request: web.Request) -> web.Response:
        """Show what is confirmed, with a form; nothing changes."""
        found = await self._open(request)
        return self._page(found) if isinstance(found, ConfirmLink) else found

    async def answer(self, request: web.Request) -> web.Response:
        """Record the answer of the form."""
        found = await self._open(request)
        if not isinstance(found, ConfirmLink):
            return found
        locale = found.asked.locale
        try:
            answer = await _answer(request)
        except BodyTooLarge:
            return self.pages.trouble("unclear", locale, 413)
        if answer not in found.choices:
            return self.pages.trouble("unclear", locale, 400)
        now = self.clock.now()
        try:
            effect = await self.writer.call(lambda ledger: answer_link(ledger, found, answer, now))
        except LedgerError:
            return self._later(locale)
        if effect is AnswerEffect.NONE:
            return await self.show(request)
        self.answered()  # somebody else may have to be asked at once
        return self._done(found, answer, effect)

    async def _open(self, request: web.Request) -> ConfirmLink | web.Response:
        """Return what the link is about, or the page that says why it cannot be used."""
        language = self.pages.accepted(request)
        refused = self.limits.refusal(request, language)
        if refused is not None:
            return refused
        token, now = request.match_info["token"], self.clock.now()

        def read(ledger: Ledger) -> ConfirmLink | None:
            return open_link(ledger, token, now, self.internal)

        try:
            link = await self.writer.call(read)
        except LedgerError:
            return self._later(language)
        if link is None:
            return self.limits.unknown(request, language)
        if link.expired and link.answer is None:
            return self.pages.trouble("expired", link.asked.locale, 410)
        return link

    def _later(self, locale: str) -> web.Response:
        return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})

    def _page(self, link: ConfirmLink) -> web.Response:
        words = self.pages.words(link.asked.locale)
        if link.answer is not None:
            return self._already(link, link.answer)
        if link.asked.closed:
            return self._result_page(link, words("done.over"), words("done.over_text"))
        on_duty = link.asked.audience in self.internal
        text = words("confirm.asked" if on_duty else "confirm.asked_customer")
        return self._show(
            link,
            heading=words("confirm.question" if link.question else "confirm.heading"),
            texts=() if link.question else (text,),
            question=link.question,
            answers=tuple(self._buttons(link, link.choices)),
            urgent=not link.asked.options,  # no option of a poll is the usual one
        )

    def _buttons(self, link: ConfirmLink, choices: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield these answers with their labels; an option of the question is its own label."""
        words = self.pages.words(link.asked.locale)
        for choice in choices:
            label = "" if link.asked.options else _LABELS.get(choice, "")
            yield choice, words(label) if label else choice

    def _done(self, link: ConfirmLink, answer: str, effect: AnswerEffect) -> web.Response:
        if effect is AnswerEffect.NOTED and link.answer is not None and link.answer.confirms:
            return self._stays(link, link.answer.answer)
        words = self.pages.words(link.asked.locale)
        if link.asked.closed:
            return self._result_page(link, words("done.over"), words("done.over_text"))
        name = "" if link.asked.options else _DONE.get(answer, "")
        heading = words(name) if name else words("done.chosen", option=answer)
        return self._result_page(link, heading, words("done.close"))

    def _already(self, link: ConfirmLink, answer: Confirmation) -> web.Response:
        """Show the answer; while the incident goes on, with a form for people who changed their mind."""
        locale = link.asked.locale
        words = self.pages.words(locale)
        said = self._said(link, answer.answer)
        text = words("done.already_at", moment=self.pages.moment(answer.at, locale), answer=said)
        others = [choice for choice in link.choices if choice != answer.answer]
        if link.asked.closed or link.expired or not others:
            return self._result_page(link, words("done.already"), text)
        return self._show(
            link,
            heading=words("done.already"),
            texts=(text, words("done.changed_mind")),
            done=True,
            question=link.question,
            answers=tuple(self._buttons(link, others)),
            urgent=not link.asked.options and not answer.confirms,
        )

    def _stays(self, link: ConfirmLink, counts: str) -> web.Response:
        """Say that an answer is kept, and that the one before it counts."""
        words = self.pages.words(link.asked.locale)
        text = words("done.stays_text", answer=self._said(link, counts))
        return self._result_page(link, words("done.stays"), text, words("done.close"))

    def _said(self, link: ConfirmLink, answer: str) -> str:
        """Return an answer in words; an option of the question is its own word."""
        words = self.pages.words(link.asked.locale)
        return answer if link.asked.options else words.table("answered").get(answer, answer)

    def _result_page(self, link: ConfirmLink, heading: str, *texts: str) -> web.Response:
        return self._show(link, heading=heading, texts=texts, done=True, question="", answers=())

    def _show(self, link: ConfirmLink, *, heading: str, **context: Any) -> web.Response:
        asked, facts = link.asked, link.notice.facts
        return self.pages.response(
            "confirm",
            asked.locale,
            heading=heading,
            title=facts.worded("title", asked.locale),
            mark=asked.mark,
            moment=self.pages.moment(link.notice.created_at, asked.locale),
            drill=facts.drill,
            **{"urgent": True, **context},
        )


async def _answer(request: web.Request) -> str:
    """Return the answer in a form; empty if it cannot be read."""
    form = await read_fields(request, _MOST)
    return form.get("answer", [""])[-1]
