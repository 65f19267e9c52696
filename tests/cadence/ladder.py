"""A company whose people are asked step by step, with channels that a test plays."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, cast

from broadcast.cadence.escalate import Escalate
from broadcast.cadence.escalate_unconfirmed import EscalateUnconfirmed
from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
from broadcast.channels.base import Adapter
from broadcast.config.load import load
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.dispatch.stop import Stop
from broadcast.inbound.inbox import Inbox
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.escalation import Escalation
from broadcast.model.inbound import InboundMessage
from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected, Scope
from broadcast.model.outgoing import Outgoing
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.wiring import make_catalogue, make_deliverer, make_publisher, make_renderer

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"
[ledger]
url = "sqlite:///broadcast.db"
[channels.sms]
adapter = "twilio-sms"
account_sid = "AC5a"
auth_token = "env:TOKEN"
from = "+4930231250"
[channels.call]
adapter = "twilio-voice"
account_sid = "AC5a"
auth_token = "env:TOKEN"
from = "+4930231250"
[channels.site]
adapter = "site"
path = "public"
[audiences.customers]
lanes = [["site"]]
[audiences.agents]
contacts = ["agents.csv"]
lanes = [["sms"]]
[audiences.chiefs]
contacts = ["chiefs.csv"]
lanes = [["sms"]]
"""
POLICY = """
[escalation.duty]
repeat = 2
steps = [
  { to = ["audience:agents"], channels = ["sms", "call"], wait = "4m" },
  { to = ["audience:chiefs"], channels = ["call"], wait = "10m" },
]
"""
_KINDS = {"sms": ChannelKind.SMS, "call": ChannelKind.VOICE}


@dataclass
class Clock:
    """A clock that a test sets."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return SystemClock().monotonic()


@dataclass
class Sent:
    """A message that left: when, by which channel, to whom, under which reference."""

    at: datetime
    channel: str
    to: str
    key: str
    text: str


@dataclass
class Phone:
    """Takes what is sent on all channels; `refuses` and `fails` are pairs of channel and number.

    What it took is in a file, so that a process that dies cannot take it along. `dies` is asked before and
    after each message whether this process is killed there.
    """

    clock: Clock
    file: Path
    dies: Callable[[], bool] = lambda: False
    refuses: set[tuple[str, str]] = field(default_factory=set)
    fails: set[tuple[str, str]] = field(default_factory=set)

    @property
    def sent(self) -> list[Sent]:
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [Sent(datetime.fromisoformat(at), *rest) for at, *rest in map(json.loads, lines)]

    def take(self, channel: str, one: Outgoing) -> str:
        self._die()
        line = json.dumps([self.clock.at.isoformat(), channel, one.address, one.key, one.message.text])
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        self._die()
        return f"{channel}-{len(self.sent)}"

    def _die(self) -> None:
        if self.dies():
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Played:
    """An adapter of a channel that a test plays."""

    phone: Phone
    channel: str
    name: ClassVar[str] = "played"
    options: ClassVar[frozenset[str]] = frozenset()

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(kind=_KINDS[self.channel], address=AddressKind.PHONE, networked=False)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        return [self._outcome(one) for one in batch]

    async def probe(self) -> Probe:
        raise NotImplementedError

    async def close(self) -> None:
        return None

    def _outcome(self, one: Outgoing) -> Outcome:
        place = (self.channel, str(one.address))
        if place in self.phone.refuses:
            return Rejected("no such number", Scope.RECIPIENT)
        if place in self.phone.fails:
            return Rejected("the account is locked", Scope.CHANNEL)
        return Accepted(self.phone.take(self.channel, one))


def number(person: int) -> str:
    return f"+4915112{person:05}7"


@dataclass
class Company:
    """A folder with a configuration, an open incident and a clock."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    phone: Phone = field(init=False)

    def __post_init__(self) -> None:
        self.phone = Phone(self.clock, self.folder / "sent.jsonl")
        self.write(agents=[1, 2], chiefs=[3])
        self.configure(POLICY)

    def configure(self, policy: str) -> None:
        (self.folder / "broadcast.toml").write_text(CONFIGURATION + policy, encoding="utf-8")

    def write(self, **lists: Sequence[int]) -> None:
        for name, people in lists.items():
            rows = [f"p{one},Person {one},{number(one)},de" for one in people]
            text = "\n".join(["id,name,phone,locale", *rows])
            (self.folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return load(None, {"TOKEN": "t"}, self.folder)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = Ledger.open(self.settings.ledger)
        try:
            yield ledger
        finally:
            ledger.close()

    def job(self, ledger: Ledger) -> Escalate:
        settings = self.settings
        deliverer = make_deliverer(settings, ledger, ignore_events, self.clock)
        channels = deliverer.channels
        planned = {
            name: replace(one, capabilities=Played(self.phone, name).capabilities) if name in _KINDS else one
            for name, one in channels.planned.items()
        }

        def build(channel: ChannelSettings) -> Adapter:
            if channel.name not in _KINDS:
                return channels.build(channel)
            return cast("Adapter", Played(self.phone, channel.name))

        deliverer = replace(deliverer, channels=replace(channels, planned=planned, build=build))
        return Escalate.build(settings, deliverer, make_catalogue(settings))

    def starter(self, ledger: Ledger) -> EscalationStarter:
        settings = self.settings
        renderer = make_renderer(settings, make_catalogue(settings))
        return EscalationStarter(settings=settings, renderer=renderer, job=self.job(ledger))

    def notify(self, verb: Verb = Verb.NOTIFY) -> None:
        title = "Kasse gestört" if verb is Verb.NOTIFY else None
        request = Request(verb=verb, title=title, audiences=("customers",) if title else (), message="Stand.")
        self._publish(request)

    def ask(self, within: timedelta, policy: str | None = "duty") -> None:
        """Ask the agents by SMS to confirm a notice in this time."""
        request = Request(
            verb=Verb.NOTIFY,
            title="Kasse gestört",
            audiences=("agents",),
            message="Stand.",
            confirm_within=within.total_seconds(),
            policy=policy,
        )
        self._publish(request)

    def _publish(self, request: Request) -> None:
        with self.ledger() as ledger:
            publisher = make_publisher(self.settings, ledger, ignore_events, self.clock)
            publisher = replace(publisher, deliverer=self.job(ledger).deliverer)
            asyncio.run(publisher.publish(request, Limits(), lambda _: None, Stop()))

    def follow_up(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass, then run a round of the jobs that begin and drive escalations."""
        self.clock.at += after
        with self.ledger() as ledger:
            starter = self.starter(ledger)
            begun = asyncio.run(EscalateUnconfirmed(starter).run(self.clock.at, Stop()))
            return [*begun, *asyncio.run(starter.job.run(self.clock.at, Stop()))]

    def start(self, **given: object) -> Escalation:
        """Start an escalation and send its first pages."""
        request = EscalationRequest(incident=None, policy="duty", **given)  # type: ignore[arg-type]  # tests name the fields
        with self.ledger() as ledger:
            starter = self.starter(ledger)
            notice = starter.start(starter.prepare(request, self.clock.at), request, self.clock.at)
            asyncio.run(starter.job.drive(notice.id, Stop()))
            return ledger.escalations.find(notice.id)

    def tick(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass, then run a round of the clock."""
        self.clock.at += after
        with self.ledger() as ledger:
            return list(asyncio.run(self.job(ledger).run(self.clock.at, Stop())))

    def killed_tick(self, dies: Callable[[], bool]) -> None:
        """Run a round of the clock in a process that is killed with signal 9 where `dies` says so."""
        child = os.fork()
        if child == 0:
            self.phone.dies = dies
            try:
                self.tick()
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def reply(self, person: int, text: str) -> str:
        with self.ledger() as ledger:
            written = InboundMessage(
                ref=f"SM{self.clock.at.timestamp()}{person}{text}", sender=number(person), text=text
            )
            taken = Inbox(ledger).message("sms", AddressKind.PHONE, written, self.clock.at)
            return str(taken.said)

    def escalation(self) -> Escalation:
        with self.ledger() as ledger:
            (incident,) = ledger.incidents.all()
            return ledger.escalations.of(incident)[-1]

    def asked(self) -> list[tuple[int, str, int]]:
        """Minute, channel and person of everything that left."""
        people = {number(one): one for one in range(20)}
        return [
            ((one.at - NOON) // timedelta(minutes=1), one.channel, people[one.to]) for one in self.phone.sent
        ]
