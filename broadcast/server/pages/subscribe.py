"""`/subscribe`: a form to subscribe, and `/subscribe/{token}`: confirm it, or change it later.

The answer never tells whether an address is known. The link in the message proves that the person owns it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.errors import LedgerError
from broadcast.inbound.subscribing import TRAP, FormProblem, Offer, read_form
from broadcast.inbound.subscription_link import Preferences, open_subscription_link
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.subscriptions import RequestOutcome
from broadcast.model.clock import Clock
from broadcast.model.contact import AddressKind
from broadcast.model.mask import mask
from broadcast.model.subscription import Subscription, SubscriptionRequest
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PHRASES, PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.pages.rate_limit import RateLimit
from broadcast.server.requests import BodyTooLarge, read_fields

if TYPE_CHECKING:
    from aiohttp import web

#: Forms of one client in a minute.
FORMS = 5
_MOST = 16_384  # bytes
_END = "end"

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeRoute:
    """The route's parts. `offer` is None if nobody can subscribe; `planned` is called when a link is owed."""

    offer: Offer | None
    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits
    forms: RateLimit
    counters: Counters
    planned: Callable[[], None]

    async def form(self, request: web.Request) -> web.Response:
        """Show the form."""
        locale = self._language(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        return self._form(self.offer, locale) if self.offer else self.pages.trouble("unknown", locale, 404)

    async def subscribe(self, request: web.Request) -> web.Response:
        """Record the request; its link is sent by the next round of the clock."""
        locale = self._language(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        if self.offer is None:
            return self.pages.trouble("unknown", locale, 404)
        if not self.forms.count(self.limits.client(request)):
            return self._too_many(locale)
        try:
            return await self._take(await read_fields(request, _MOST, fields=200), self.offer, locale)
        except BodyTooLarge:
            return self.pages.trouble("unclear", locale, 413)

    async def show(self, request: web.Request) -> web.Response:
        """Show what a link is about; nothing changes."""
        found = await self._open(request)
        match found:
            case SubscriptionRequest():
                return self._request(found)
            case Preferences():
                return self._preferences(found)
            case _:
                return found

    async def act(self, request: web.Request) -> web.Response:
        """Confirm a request, or change a subscription."""
        found = await self._open(request)
        try:
            match found:
                case SubscriptionRequest():
                    return await self._confirm(found)
                case Preferences():
                    return await self._change(found, await read_fields(request, _MOST, fields=200))
                case _:
                    return found
        except BodyTooLarge:
            return self.pages.trouble("unclear", self._language(request), 413)
        except LedgerError:
            return self._later(self._language(request))

    async def _take(self, form: Form, offer: Offer, locale: str) -> web.Response:
        wish = read_form(form, offer)
        if isinstance(wish, FormProblem):
            return self._form(offer, locale, form, wish)
        if any(form.get(TRAP, ())):
            self.counters.add("subscription_trapped")
            return self._sent(locale, wish.kind)
        return await self._record(wish, locale)

    async def _record(self, wish: Subscription, locale: str) -> web.Response:
        now = self.clock.now()
        try:
            outcome = await self.writer.call(lambda ledger: ledger.subscriptions.request(wish, now))
        except LedgerError:
            return self._later(locale)
        self.counters.add("subscription_requests", outcome)
        if outcome is RequestOutcome.TOO_MANY:
            return self._too_many(locale)
        if outcome is RequestOutcome.RECORDED:
            self.planned()
        return self._sent(locale, wish.kind)

    async def _open(self, request: web.Request) -> SubscriptionRequest | Preferences | web.Response:
        """Return what the link is about, or the page that says why it cannot be used."""
        locale = self._language(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        token, now = request.match_info["token"], self.clock.now()
        try:
            found = await self.writer.call(lambda ledger: open_subscription_link(ledger, token, now))
        except LedgerError:
            return self._later(locale)
        if found is None or self.offer is None:
            return self.limits.unknown(request, locale)
        if isinstance(found, SubscriptionRequest) and found.confirmed_at is None and found.expires_at <= now:
            words = self.pages.words(found.subscription.locale)
            heading, text = words("subscribe.expired"), words("subscribe.expired_text")
            return self._message(found.subscription.locale, heading, text, status=410, again=True)
        return found

    async def _confirm(self, found: SubscriptionRequest) -> web.Response:
        now = self.clock.now()
        if await self.writer.call(lambda ledger: ledger.subscriptions.confirm(found.id, now)):
            self.counters.add("subscriptions_confirmed")
            words = self.pages.words(found.subscription.locale)
            text = words("subscribe.confirmed_text", organisation=self.pages.letterhead.organisation)
            return self._message(found.subscription.locale, words("subscribe.confirmed"), text)
        return self._used(found)

    async def _change(self, found: Preferences, form: Form) -> web.Response:
        wish, offer = found.subscriber.subscription, self.offer
        if offer is None or _END in form.get("action", ()):
            now = self.clock.now()
            await self.writer.call(lambda ledger: found.end(ledger, now))
            words = self.pages.words(wish.locale)
            heading, text = words("unsubscribe.done"), words("unsubscribe.done_text")
            return self._message(wish.locale, heading, text)
        services, locale = offer.chosen(form), offer.language(form)

        def choose(ledger: Ledger) -> bool:
            return ledger.subscriptions.choose(found.digest, services, locale)

        await self.writer.call(choose)
        words = self.pages.words(locale)
        return self._message(locale, words("subscribe.saved"), words("subscribe.saved_text"))

    def _language(self, request: web.Request) -> str:
        """Return the language of the link that was followed, or else the browser's."""
        asked = request.query.get("lang", "")
        return asked if PHRASES.has(asked) else self.pages.accepted(request)

    def _form(
        self, offer: Offer, locale: str, form: Form | None = None, problem: FormProblem | None = None
    ) -> web.Response:
        words, typed = self.pages.words(locale), form or {}
        chosen = offer.language(typed) if form else words.code
        return self.pages.response(
            "subscribe",
            locale,
            status=400 if problem else 200,
            heading=words("subscribe.heading"),
            texts=(words("subscribe.text", organisation=self.pages.letterhead.organisation),),
            label=words(f"subscribe.{'_'.join(sorted(offer.channels))}"),
            kinds=[str(kind) for kind in offer.channels],
            address=next(iter(typed.get("address", ())), ""),
            problem=words(f"subscribe.problem_{problem}") if problem else "",
            others=self._others(words.code),
            here=words.code,
            trap=TRAP,
            **self._choices(offer, locale, chosen, typed.get("service", ())),
        )

    def _choices(self, offer: Offer, locale: str, chosen: str, services: Sequence[str]) -> dict[str, Any]:
        """Return services and languages: value, label, and whether it is chosen."""
        words = self.pages.words(locale)
        named = [(one.key, one.name_in(words.code), one.key in services) for one in offer.services]
        languages = [(one, self._language_name(one), one == chosen) for one in offer.locales]
        return {"services": named, "languages": languages}

    def _language_name(self, locale: str) -> str:
        return PHRASES.phrases(locale)("language_name") if PHRASES.has(locale) else locale

    def _others(self, code: str) -> list[tuple[str, str]]:
        """Return the other languages of the page, each in its own words."""
        return [(one, self._language_name(one)) for one in PHRASES.languages() if one != code]

    def _request(self, found: SubscriptionRequest) -> web.Response:
        if found.confirmed_at is not None:
            return self._used(found)
        wish = found.subscription
        words = self.pages.words(wish.locale)
        text = words("subscribe.confirm_text", organisation=self.pages.letterhead.organisation)
        return self.pages.response(
            "subscribe_confirm",
            wish.locale,
            heading=words("subscribe.confirm"),
            texts=(text,),
            address=mask(wish.address),
            services=self._names(wish),
            language=self._language_name(wish.locale),
        )

    def _preferences(self, found: Preferences) -> web.Response:
        wish, offer = found.subscriber.subscription, self.offer
        words = self.pages.words(wish.locale)
        choices = self._choices(offer, wish.locale, wish.locale, wish.services) if offer else {}
        return self.pages.response(
            "preferences",
            wish.locale,
            heading=words("subscribe.preferences"),
            address=mask(wish.address),
            **choices,
        )

    def _names(self, wish: Subscription) -> list[str]:
        services = self.offer.services if self.offer else ()
        return [one.name_in(wish.locale) for one in services if one.key in wish.services]

    def _sent(self, locale: str, kind: AddressKind) -> web.Response:
        words = self.pages.words(locale)
        return self._message(locale, words(f"subscribe.sent_{kind}"), words("subscribe.sent_text"))

    def _used(self, found: SubscriptionRequest) -> web.Response:
        locale = found.subscription.locale
        words = self.pages.words(locale)
        return self._message(locale, words("subscribe.used"), words("subscribe.used_text"))

    def _too_many(self, locale: str) -> web.Response:
        self.counters.add("too_many")
        return self.pages.trouble("busy", locale, 429, **{"Retry-After": "60"})

    def _later(self, locale: str) -> web.Response:
        return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})

    def _message(
        self, locale: str, heading: str, text: str, *, status: int = 200, again: bool = False
    ) -> web.Response:
        context: dict[str, Any] = {"done": not again, "trouble": again, "again": again}
        return self.pages.response(
            "subscribe_message", locale, status=status, heading=heading, texts=(text,), **context
        )
