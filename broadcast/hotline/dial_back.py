"""Dial call-backs: an agent first, then the customer, so that nobody who is called back has to wait.

The intent is on disk before the provider is asked, and a lost answer is looked up before anybody is dialled
for that call-back again. What both people hear is decided by `agent_leg`; this job sees from the ledger what
came of it. A mailbox presses no key, so it is neither agent nor customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from broadcast.channels.base import DialsOut
from broadcast.config.settings import HotlineSettings, Settings
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.hotline.agents import agents_on_duty, phone_in_rota
from broadcast.hotline.call_state import CallState, Step, Topic
from broadcast.hotline.quiet_hours import may_dial
from broadcast.hotline.ringing_order import ringing_order
from broadcast.hotline.snapshot import Agent, Mode
from broadcast.ledger.call_back_tries import CallBackTries, CallBackTry, DialStanding, DueCallBack
from broadcast.ledger.hotline_switches import MODE
from broadcast.ledger.ledger import Ledger
from broadcast.model.outbound_call import CallLife, CallQuestion, OutboundCall
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope
from broadcast.publishing.channels import Channels

#: A call of which nothing was heard for so long is looked up, and again after as long.
_SILENT = timedelta(minutes=3)
#: After this time a process that was about to dial has certainly died.
_DIED = timedelta(minutes=1)
#: A provider that does not dial is asked again after this time.
_PAUSE = timedelta(minutes=1)
_AT_ONCE = timedelta()
#: No call is longer (https://www.twilio.com/docs/voice/twiml/dial#timelimit, 2026-11-30), so that one of
#: which nothing can be learned is over by then.
_LONGEST_CALL = timedelta(hours=4)
#: A call whose answer was lost is looked up after this time: a list shows it only a little later.
_LISTED = timedelta(seconds=30)
#: The number of the request that says how a call ended: no answer of a person has it.
_END = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class DialBack:
    """The job; `origin` is our public origin, which says what people hear."""

    settings: Settings
    calls: HotlineSettings
    ledger: Ledger
    channels: Channels
    origin: str
    name: str = "call-backs"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Settle the calls that are over, then dial as many call-backs as agents are free."""
        tries = CallBackTries(self.ledger.store, self.calls.channel)
        running = tries.open()
        if not (running or self._due(tries, now)):
            return ()
        if self.calls.rota is None:
            raise ConfigError("[hotline] dial_back: there are no agents to dial", hint='add rota = "support"')
        self.channels.permit({self.calls.channel})
        adapter = self.channels.adapters({self.calls.channel})[self.calls.channel]
        if not isinstance(adapter, DialsOut):
            await adapter.close()
            raise ConfigError(
                f"[hotline] dial_back: {self.calls.channel} cannot make such calls",
                hint='write dial_back = false, or name a channel with adapter = "twilio-voice"',
            )
        dialler = _Dialler(job=self, tries=tries, provider=cast("DialsOut", adapter), now=now)
        try:
            said = [line for one in running if (line := await dialler.settle(one))]
            for call_back in self._due(tries, now):
                said += [] if stop.asked else await dialler.dial(call_back)
        finally:
            await adapter.close()
        return said

    def _due(self, tries: CallBackTries, now: datetime) -> list[DueCallBack]:
        """Return whom to dial now, by the clock where they are; nobody while only messages are recorded."""
        switch = self.ledger.hotline.all().get(MODE)
        if switch and switch.value == Mode.VOICEMAIL:
            return []
        home, region = self.settings.timezone, self.settings.region
        hours = self.calls.dial_hours
        return [one for one in tries.due(now) if may_dial(one.number, hours, home, region, now)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialler:
    """One round of the job."""

    job: DialBack
    tries: CallBackTries
    provider: DialsOut
    now: datetime

    async def settle(self, one: CallBackTry) -> str:
        """Do what is due about a call; return a line if something came of it."""
        age = self.now - one.began_at
        if one.ended or age >= _LONGEST_CALL:
            return self._over(one)
        due = {DialStanding.SENDING: age >= _DIED, DialStanding.UNKNOWN: age >= _LISTED}
        silent = self.now - (one.checked_at or one.began_at)
        return await self._look_up(one, age) if due.get(one.standing, silent >= _SILENT) else ""

    def _over(self, one: CallBackTry) -> str:
        if one.reached:
            self.tries.done(one, "", self.now)
            return f"call-back {one.call_back}: {one.agent} spoke to the customer"
        if one.accepted:
            self.tries.unreached(one, self.now, say_so=self.job.calls.sms is not None)
            return f"call-back {one.call_back}: the customer was not reached"
        self.tries.released(one, DialStanding.OVER, _AT_ONCE, self.now)
        return f"call-back {one.call_back}: {one.agent} did not take it"

    async def _look_up(self, one: CallBackTry, age: timedelta) -> str:
        """Ask the provider; until it says that a call is over or missing, nobody is dialled again."""
        number = phone_in_rota(self.job.settings, self.job.calls, one.agent, self.now)
        if not (one.dialled or number):
            return ""  # the agent was taken out of the contacts
        found = await self.provider.find_call(CallQuestion(ref=one.dialled, number=number, elapsed=age))
        match found.life:
            case CallLife.OVER:
                return self._over(one)
            case CallLife.MISSING:
                self.tries.released(one, DialStanding.FAILED, _AT_ONCE, self.now)
                return f"call-back {one.call_back}: the provider did not dial {one.agent}"
            case CallLife.RUNNING:
                self.tries.checked(one, DialStanding.SENT, found.ref, self.now)
            case CallLife.UNKNOWN:
                standing = DialStanding.SENT if one.dialled else DialStanding.UNKNOWN
                self.tries.checked(one, standing, "", self.now)
        return ""

    async def dial(self, call_back: DueCallBack) -> list[str]:
        """Dial a free agent who speaks the customer's language; return no line if nobody is free."""
        missed = self.job.ledger.calls.missed(self.now)
        on_duty = [replace(agent, missed=agent.id in missed) for agent in self._everybody()]
        for agent in ringing_order(on_duty, call_back.locale):
            ref = self.tries.claim(call_back.id, agent.id, self.now)
            if ref:
                return [await self._dial(call_back, agent, ref)]
        return []

    async def _dial(self, call_back: DueCallBack, agent: Agent, ref: str) -> str:
        begun = next(one for one in self.tries.open() if one.ref == ref)
        outcome = await self.provider.dial(self._call(call_back, agent, ref))
        return self._dialled(begun, outcome)

    def _dialled(self, begun: CallBackTry, outcome: Outcome) -> str:
        match outcome:
            case Accepted(ref=dialled):
                self.tries.checked(begun, DialStanding.SENT, dialled, self.now)
                return f"call-back {begun.call_back}: {begun.agent} is dialled"
            case Rejected(scope=Scope.RECIPIENT):
                # Over, not failed: this agent's number is wrong, so another one is dialled.
                self.tries.released(begun, DialStanding.OVER, _AT_ONCE, self.now)
                return f"call-back {begun.call_back}: {begun.agent} cannot be dialled: {outcome.reason}"
            case NotSent() | Rejected():
                self.tries.released(begun, DialStanding.FAILED, _PAUSE, self.now)
                return f"call-back {begun.call_back}: not dialled: {outcome.reason}"
            case _:
                self.tries.checked(begun, DialStanding.UNKNOWN, "", self.now)
                return f"call-back {begun.call_back}: no answer of the provider, it is looked up"

    def _call(self, call_back: DueCallBack, agent: Agent, ref: str) -> OutboundCall:
        topic = Topic(call_back.topic) if call_back.topic in set(Topic) else Topic.NONE
        taking = CallState(step=Step.TAKE, locale=call_back.locale, call=ref, topic=topic)
        over = CallState(step=Step.TAKE, number=_END, locale=call_back.locale, call=ref)
        return OutboundCall(
            number=agent.number,
            answered=self.job.origin + taking.path,
            ended=self.job.origin + over.path,
            seconds=round(self.job.calls.ring),
        )

    def _everybody(self) -> Iterator[Agent]:
        job = self.job
        return agents_on_duty(job.settings, job.calls, job.ledger, self.now, self.tries.engaged(self.now))
