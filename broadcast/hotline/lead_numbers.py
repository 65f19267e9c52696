"""Lead the hotline's numbers elsewhere at the provider while a backup line stands in, and back afterwards.

What was set before is on disk before the provider is asked. Before every change the provider is asked what is
set now, so that nothing is done twice, and nothing is undone that somebody else changed meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from broadcast.channels.base import LeadsNumbers
from broadcast.config.settings import HotlineSettings
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, Refused
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.number_routes import RouteChange, RouteState
from broadcast.model.number_route import NumberRoute
from broadcast.model.outcome import Accepted, Unknown
from broadcast.publishing.channels import Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNumbers:
    """Changes the routes of the hotline's numbers; as a job it leads them back once their line has ended."""

    ledger: Ledger
    channels: Channels
    calls: HotlineSettings
    name: str = "numbers"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Lead numbers back whose line does not stand in any more."""
        standing = {one.line for one in self.ledger.lines.active()}
        ended = [one for one in self.ledger.routes.open() if one.line not in standing]
        said: list[str] = []
        for source in dict.fromkeys(one.source for one in ended):
            async with self._adapter(source) as adapter:
                mine = (one for one in ended if one.source == source and not stop.asked)
                said += [await self._led_back(one, adapter, now) for one in mine]
        return said

    async def lead(self, line: str, url: str, author: str, now: datetime) -> Sequence[str]:
        """Lead every number of the hotline to `url`; return one line for each.

        Raises:
            ConfigError: The provider does not say what is set now, or another thing takes its place; nothing
                was changed.
            Refused: A rehearsal must not do this, or a number is led elsewhere already.
        """
        if self.channels.sandbox:
            raise Refused(
                "a rehearsal does not change the real number", hint="leave --provider out, or --sandbox"
            )
        async with self._adapter(self.calls.channel) as adapter:
            found = [
                _usable(await adapter.number_route(one.number), one.number) for one in self.calls.numbers
            ]
            planned = [self._plan(route, line, url, author, now) for route in found]
            return [await self._led(one, adapter, now) for one in planned]

    def _plan(self, route: NumberRoute, line: str, url: str, author: str, now: datetime) -> RouteChange:
        change = RouteChange(
            line=line,
            source=self.calls.channel,
            number=route.number,
            ref=route.ref,
            former_url=route.url,
            former_method=route.method,
            url=url,
            method="POST",
            author=author,
        )
        id = self.ledger.routes.plan(change, now)
        if id is None:
            raise Refused(
                f"{route.number} is led elsewhere already",
                hint="`broadcast hotline lines deactivate` leads it back",
            )
        return replace(change, id=id)

    async def _led(self, change: RouteChange, adapter: LeadsNumbers, now: datetime) -> str:
        outcome = await adapter.lead_number(_to(change, change.url, change.method))
        if isinstance(outcome, Unknown):
            seen = await adapter.number_route(change.number)
            if isinstance(seen, NumberRoute) and seen.url == change.url:
                outcome = Accepted(change.ref)
        if isinstance(outcome, Accepted):
            self.ledger.routes.settle(change.id, RouteState.CHANGED, now)
            return f"{change.number} leads to {change.url}"
        # After a lost answer it may have been changed: it stays open, and is looked up before it is led back.
        state = RouteState.PLANNED if isinstance(outcome, Unknown) else RouteState.FAILED
        self.ledger.routes.settle(change.id, state, now, outcome.reason)
        return f"not changed: {change.number}: {outcome.reason}"

    async def _led_back(self, change: RouteChange, adapter: LeadsNumbers, now: datetime) -> str:
        seen = await adapter.number_route(change.number)
        if not isinstance(seen, NumberRoute):
            self.ledger.routes.settle(change.id, change.state, now, seen.reason)
            return f"not led back: {change.number}: {seen.reason}"
        if seen.url != change.url:
            reason = (
                "" if seen.url == change.former_url else f"somebody set {seen.url or 'nothing'} meanwhile"
            )
            self.ledger.routes.settle(change.id, RouteState.RESTORED, now, reason)
            return f"{change.number} leads to {seen.url or 'nothing'}{': ' + reason if reason else ''}"
        outcome = await adapter.lead_number(_to(change, change.former_url, change.former_method))
        if not isinstance(outcome, Accepted):
            self.ledger.routes.settle(change.id, change.state, now, outcome.reason)
            return f"not led back: {change.number}: {outcome.reason}"
        self.ledger.routes.settle(change.id, RouteState.RESTORED, now)
        return f"{change.number} leads to {change.former_url or 'nothing'} again"

    @asynccontextmanager
    async def _adapter(self, source: str) -> AsyncIterator[LeadsNumbers]:
        self.channels.permit({source} & self.channels.planned.keys())
        adapter: object = self.channels.adapters({source}).get(source)
        if not isinstance(adapter, LeadsNumbers):
            raise ConfigError(
                f"[hotline] channel: the provider of {source} cannot be asked for its numbers",
                hint='name a channel with adapter = "twilio-voice"',
            )
        try:
            yield adapter
        finally:
            await adapter.close()


def _usable(found: object, number: str) -> NumberRoute:
    """Return what is set now; raises `ConfigError` if that is not known, or does not count."""
    if not isinstance(found, NumberRoute):
        reason = getattr(found, "reason", "no answer")
        raise ConfigError(
            f"{number} was not changed: {reason}",
            hint="`broadcast doctor` checks the channel; or set it by hand",
        )
    if found.instead:
        raise ConfigError(
            f"{number} was not changed: {found.instead} takes the place of its addresses",
            hint="change that at the provider by hand",
        )
    return found


def _to(change: RouteChange, url: str, method: str) -> NumberRoute:
    return NumberRoute(ref=change.ref, number=change.number, url=url, method=method)
