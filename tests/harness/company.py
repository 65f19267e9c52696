"""A company that publishes through the product's objects, to providers that the sandbox plays."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from broadcast.channels.base import Adapter
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.config.load import load
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.dispatch.progress import Listener, ignore_events
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.preview import Preview, PreviewConsent
from broadcast.publishing.publish import Publisher
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result
from broadcast.publishing.retry import Retried, retry
from broadcast.sandbox.records import Received
from broadcast.wiring import make_deliverer, make_publisher
from tests.harness.company_folder import CompanyFolder
from tests.harness.configurations import CHANNELS, GENERAL

LANES = (("email", "mail-backup", "sms"),)

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


def email(number: int) -> str:
    return f"p{number}@kunde.example"


def phone(number: int) -> str:
    return f"+4915112{number:05}7"  # a number that ends in 0004 has opted out, in the sandbox


@dataclass(kw_only=True)
class Company(CompanyFolder):
    """What a test does with the product: publish, retry, and look at what people really got."""

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
