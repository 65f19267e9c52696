"""Running documents on one leg, verb by verb, until there are no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.telephone.clock import Ended
from tests.harness.telephone.documents import Document, read
from tests.harness.telephone.leg import CALLER, Leg
from tests.harness.telephone.persons import PhoneBook
from tests.harness.telephone.transcript import Ending, Step
from tests.harness.telephone.webhooks import Request

MOST_WITHOUT_TIME = 30  # documents in a row that take no time of the call


class Unplayable(Exception):
    """The platform in tests does not play this verb: extend it before you use the verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the account is set to; `declined` is the DialCallStatus after a whisper that hung up."""

    number: str
    phones: PhoneBook
    declined: str = "completed"
    served_after: float | None = None
    recording_callbacks: int = 1
    most_documents: int = 200


Verb = Callable[["Interpreter", Element, Document], Awaitable[Request | None]]


@dataclass
class Interpreter:
    """Runs documents on a leg; `inside` is `call`, `whisper` or `queue`."""

    leg: Leg
    settings: Settings
    verbs: Mapping[str, Verb]
    inside: str = "call"
    is_answered: bool = True
    _count: int = 0
    _idle: int = 0
    _since: float = field(default=-1.0)

    async def run(self, request: Request) -> None:
        """Run documents from `request` on; return when one has no more verbs, raise `Ended` at an end."""
        following: Request | None = request
        while following:
            following = await self.run_one(following)

    async def run_one(self, request: Request) -> Request | None:
        """Run one document; return the request that it leads to."""
        return await self.execute(await self.fetch(request))

    async def fetch(self, request: Request) -> Document:
        """Return the document behind a request; raises `DocumentError`."""
        self._count_documents()
        self.leg.arm()
        document = read(await self.leg.ask(request), self.inside)
        self.leg.url = document.url
        for text in document.warnings:
            self.leg.note(text, 12200)
        for text in document.notes:
            self.leg.note(text)
        return document

    async def execute(self, document: Document) -> Request | None:
        """Run the verbs of a document; return the request that the last one leads to."""
        if self.leg.status == "ringing" and [one.tag for one in document.root][:1] != ["Reject"]:
            self.leg.status = "in-progress"
        for element in document.root:
            self.leg.url = document.url
            self.leg.arm()
            verb = self.verbs.get(element.tag)
            if verb is None:
                if element.tag in KNOWN:
                    raise Unplayable(element.tag)
                continue  # warned of already, and ignored
            self._log(element.tag, document)
            if following := await verb(self, element, document):
                return following
            self.is_answered = True
        return None

    def nested(self, leg: Leg, inside: str) -> Interpreter:
        """Return what runs documents on another leg of the same call, or while this one waits."""
        return Interpreter(leg, self.settings, self.verbs, inside)

    def _log(self, verb: str, document: Document) -> None:
        if self.leg.who == CALLER:
            step = Step(self.leg.clock.now, verb, document.url, document.source)
            self.leg.transcript.steps.append(step)

    def _count_documents(self) -> None:
        self._count += 1
        self._idle = self._idle + 1 if self.leg.clock.now == self._since else 0
        self._since = self.leg.clock.now
        if self._count > self.settings.most_documents or self._idle > MOST_WITHOUT_TIME:
            self.leg.note(
                f"{self._count} documents, {self._idle} of them without a second between", is_error=True
            )
            raise Ended(Ending.LONGEST)


KNOWN = frozenset({"Connect", "Echo", "Pay", "Prompt", "Queue", "Refer", "Sms", "Start", "Stop"})


def addressed(document: Document, element: Element, name: str = "action") -> Request:
    """Return the request to an address of a verb; without one it is the document's own."""
    url = urljoin(document.url, element.get(name) or document.url)
    return Request(url, element.get("method") or "POST")


def with_form(request: Request, **form: str) -> Request:
    """Return the request with more fields."""
    return Request(request.url, request.method, {**request.form, **form})


def number(element: Element, name: str, default: float) -> float:
    """Return a number of a verb; one that is none was warned of, and the default counts."""
    text = element.get(name, "")
    return float(text) if text.isdigit() and int(text) > 0 else default
