"""An organisation with a configuration, a ledger and people, whose providers the sandbox plays."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from broadcast.channels.base import Adapter
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.config.load import load
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.dispatch.progress import Listener, ignore_events
from broadcast.ledger.ledger import Ledger
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.preview import Preview, PreviewConsent
from broadcast.publishing.publish import Publisher
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result
from broadcast.publishing.retry import Retried, retry
from broadcast.sandbox.faults import parse_fault
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox
from broadcast.wiring import make_deliverer, make_publisher

GENERAL = """
[broadcast]
organisation = "Muster Handel"
locale = "en"
timezone = "Europe/Berlin"
status_url = "https://status.muster.example"
hotline = "+49 30 23125000"

[ledger]
url = "sqlite:///ledger.db"
"""
CHANNELS = """
[channels.email]
adapter = "sendgrid"
api_key = "env:SANDBOX_SECRET"
from = "status@muster.example"
base_url = "{url}/sendgrid"
timeout = "{timeout}"
settle = "200ms"

[channels.mail-backup]
adapter = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "status@muster.example"
timeout = "{timeout}"
settle = "200ms"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:SANDBOX_SECRET"
from = "+4930231250"
base_url = "{url}/twilio"
timeout = "{timeout}"
settle = "200ms"

[channels.x]
adapter = "x"
consumer_key = "env:SANDBOX_SECRET"
consumer_secret = "env:SANDBOX_SECRET"
access_token = "env:SANDBOX_SECRET"
access_token_secret = "env:SANDBOX_SECRET"
base_url = "{url}/x"
timeout = "{timeout}"
settle = "200ms"
optional = true

[channels.page]
adapter = "statuspage"
api_key = "env:SANDBOX_SECRET"
page_id = "kctbh9vrtdwd"
base_url = "{url}/statuspage/v1"
timeout = "{timeout}"
settle = "200ms"
"""
LANES = (("email", "mail-backup", "sms"),)
ENVIRONMENT = {"SANDBOX_SECRET": "a-secret-of-the-sandbox"}


T = TypeVar("T")


def completed(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it: run as a command runs it, and elsewhere if this thread is busy with a command."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return complete(work)
    with ThreadPoolExecutor(1) as somebody_else:
        return somebody_else.submit(complete, work).result()


def published(
    publisher: Publisher, request: Request, asked: PreviewConsent, limits: Limits | None = None
) -> Result:
    """Publish as a command does, which Ctrl-C interrupts."""
    return completed(publisher.publish(request, limits or Limits(), asked, stop_by_signals()))


def retried(deliverer: Deliverer, incident: str | None = None, limits: Limits | None = None) -> Retried:
    """Retry as a command does."""
    return completed(retry(deliverer, incident, limits or Limits(), stop_by_signals()))


@contextmanager
def playing(**options: object) -> Iterator[Sandbox]:
    """A sandbox on a thread of its own, so that what is tested may block or run its own loop."""
    opened: list[Sandbox] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    closing = asyncio.Event()

    async def play() -> None:
        async with Sandbox(**options) as sandbox:  # type: ignore[arg-type]  # tests pass them through
            opened.append(sandbox)
            ready.set()
            await closing.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(play(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()
        loop.close()


def email(number: int) -> str:
    return f"p{number}@kunde.example"


def phone(number: int) -> str:
    return f"+4915112{number:05}7"  # a number that ends in 0004 has opted out, in the sandbox


@dataclass(kw_only=True)
class Company:
    """What a test does with the product: publish, retry, and look at what people really got."""

    folder: Path
    url: str
    smtp_port: int
    received: Callable[[], Sequence[Received]]
    people: int = 3

    def configure(
        self,
        lanes: Sequence[Sequence[str]] = LANES,
        *,
        general: str = "",
        extra: str = "",
        timeout: str = "600ms",
        **options: str,
    ) -> None:
        """Write the configuration; `options` add lines to a channel's table (`email="rate = 3"`)."""
        text = GENERAL.replace("\n\n[ledger]", f"\n{general}\n\n[ledger]")
        channels = CHANNELS.format(url=self.url, smtp_port=self.smtp_port, timeout=timeout)
        for name, lines in options.items():
            heading = f"[channels.{name.replace('_', '-')}]\n"
            channels = channels.replace(heading, f"{heading}{lines}\n")
        text += channels
        text += f'\n[audiences.customers]\ncontacts = ["people.csv"]\nlanes = {_toml(lanes)}\n{extra}'
        (self.folder / "broadcast.toml").write_text(text, encoding="utf-8")
        self.employ(self.people)

    def employ(self, people: int, *, header: str = "id,name,email,phone") -> None:
        """Write that many people into the contacts file."""
        self.people = people
        lines = [f"p{n},Person {n},{email(n)},{phone(n)}" for n in range(people)]
        self.write_people("\n".join([header, *lines]))

    def write_people(self, text: str) -> None:
        (self.folder / "people.csv").write_text(text + "\n", encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return load(None, {}, self.folder)

    @property
    def ledger_path(self) -> Path:
        return self.folder / "ledger.db"

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = Ledger.open(self.ledger_path)
        try:
            yield ledger
        finally:
            ledger.close()

    def publish(
        self,
        request: Request,
        limits: Limits | None = None,
        listener: Listener = ignore_events,
        instead: Mapping[str, Callable[[], Adapter]] | None = None,
    ) -> Result:
        """Publish; `instead` puts other adapters behind some channels."""
        with self.ledger() as ledger:
            publisher = make_publisher(self.settings, ledger, listener)
            if instead:
                publisher = _played_by(publisher, instead)
            return published(publisher, request, consent, limits)

    def notify(
        self,
        title: str = "Checkout down",
        limits: Limits | None = None,
        instead: Mapping[str, Callable[[], Adapter]] | None = None,
        listener: Listener = ignore_events,
        **given: object,
    ) -> Result:
        request = Request(verb=Verb.NOTIFY, title=title, **given)  # type: ignore[arg-type]  # tests name the fields
        return self.publish(request, limits, listener, instead)

    def follow_up(self, verb: Verb, limits: Limits | None = None, **given: object) -> Result:
        return self.publish(Request(verb=verb, **given), limits)  # type: ignore[arg-type]  # tests name the fields

    def preview(self, request: Request) -> Preview:
        with self.ledger() as ledger:
            return make_publisher(self.settings, ledger, ignore_events).preview(request, Limits())

    def retry(self, limits: Limits | None = None, *, listener: Listener = ignore_events) -> Result:
        with self.ledger() as ledger:
            found = retried(make_deliverer(self.settings, ledger, listener), None, limits)
            assert found.latest
            return found.latest

    def states(self, sequence: int = 1) -> dict[str, DeliveryState]:
        with self.ledger() as ledger:
            incident = ledger.incidents.all()[0]
            notice = ledger.incidents.notices(incident)[sequence - 1]
            return {line.contact: line.state for line in ledger.history.lines(notice)}

    def incident(self) -> Incident:
        with self.ledger() as ledger:
            return ledger.incidents.all()[0]

    def copies(self, sequence: int = 1) -> dict[str, list[str]]:
        """By person: the providers over which they got the notice with that number."""
        told: dict[str, list[str]] = {f"p{n}": [] for n in range(self.people)}
        owners = {email(n): f"p{n}" for n in range(self.people)} | {
            phone(n): f"p{n}" for n in range(self.people)
        }
        for message in self.received():
            words = (message.subject or "") + message.text
            # An SMS has the mark, and the foot of a mail spells it.
            named = f"/{sequence}]" in words or f"message {sequence}." in words
            if named and message.to in owners:
                told[owners[message.to]].append(message.provider)
        return told

    def told_once(self, provider: str, sequence: int = 1) -> bool:
        """Whether everybody got that notice exactly once, by that provider."""
        return all(found == [provider] for found in self.copies(sequence).values())

    def per_provider(self, sequence: int = 1) -> Counter[str]:
        return Counter(name for found in self.copies(sequence).values() for name in found)


def arm(sandbox: Sandbox, *faults: str) -> None:
    for fault in faults:
        sandbox.fault(parse_fault(fault))


def consent(_: Preview) -> None:
    return None


def _played_by(publisher: Publisher, instead: Mapping[str, Callable[[], Adapter]]) -> Publisher:
    channels = publisher.deliverer.channels

    def build(settings: ChannelSettings) -> Adapter:
        return instead[settings.name]() if settings.name in instead else channels.build(settings)

    planned = {
        name: replace(channel, capabilities=instead[name]().capabilities) if name in instead else channel
        for name, channel in channels.planned.items()
    }
    deliverer = replace(publisher.deliverer, channels=replace(channels, planned=planned, build=build))
    return replace(publisher, deliverer=deliverer)


def _toml(lanes: Sequence[Sequence[str]]) -> str:
    return "[" + ", ".join("[" + ", ".join(f'"{name}"' for name in lane) + "]" for lane in lanes) + "]"
