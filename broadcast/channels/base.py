"""The contract of an adapter.

An adapter turns messages into one request and the answer into outcomes. It never loops, sleeps, retries,
logs, shortens a text or touches the ledger: `dispatch` does this for all adapters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Protocol, Self, runtime_checkable

from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.call_document import CallDocument
from broadcast.model.channel import Capabilities
from broadcast.model.inbound import AwaitedReceipt, Inbound, InboundAnswer, InboundRequest, Receipt
from broadcast.model.number_route import NumberRoute
from broadcast.model.outbound_call import CallQuestion, FoundCall, OutboundCall
from broadcast.model.outcome import NotSent, Outcome, Probe, Rejected, Unknown
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.model.phone_call import CallRequest
from broadcast.model.room import RoomAnswers


class Adapter(Protocol):
    """The code for one provider.

    Attributes:
        name: The value of `adapter = "..."` in the configuration.
        capabilities: What the provider can do.
        options: The keys that its `[channels.NAME]` table may have beside the common ones.

    An adapter may also define these class variables:

    - `shapes` and `identifiers` (`Shapes`): the form of an option, always or only at the provider's own
      address (see `broadcast.channels.options`). Only an option with a shape may be set by a variable,
      because variables have no types.
    - `defaults` (`Mapping[str, object]`): the values of options that are not set.
    - `target` (`tuple[str, ...]`): the options (or `base_url`) that say where it publishes: a room, page or
      account. If they change, earlier posts stay where they are. Tokens do not belong there.

    Example:
        >>> adapter = TwilioSms.from_settings(settings, transport)
        >>> outcomes = await adapter.send([outgoing])  # one outcome for each message, same order
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    options: ClassVar[frozenset[str]]

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build the adapter.

        Args:
            settings: The channel's table; secrets are still references.
            transport: The connections of the channel; the only way to the network.

        Raises:
            ConfigError: A key is missing or wrong; the hint says what to write.
        """
        ...

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Make one request.

        Args:
            batch: At least one and at most `capabilities.max_batch` messages.

        Returns:
            One outcome for each message, in the order of `batch`. It never raises for the network.
        """
        ...

    async def probe(self) -> Probe:
        """Check credentials and reachability without sending a message.

        Returns:
            The result; `detail` has no secrets.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class Reconciles(Protocol):
    """An adapter whose provider can be asked about earlier attempts (look-up).

    Its capabilities say `Idempotency.LOOKUP` or `DEDUPE`. `broadcast.channels.lookup` has the rules for
    reading a list of messages.

    Example:
        >>> await adapter.find([Attempted(outgoing, started_at)])
        [Accepted("SM4f1c", detail="found in the list of messages")]
    """

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look up attempts whose answer was lost.

        Args:
            attempts: Earlier attempts, each with its message.

        Returns:
            One outcome for each attempt, same order: `Accepted` if the provider has it, `NotSent` if it
            certainly does not, else `Unknown`.
        """
        ...


@runtime_checkable
class Receives(Protocol):
    """An adapter whose provider sends us receipts, messages or key presses by HTTP.

    `receive` has no side effects and does not wait: the caller records what it returns. An adapter may define
    the class variables `largest_body` (bytes) if its provider sends bodies of more than 256 KiB, and
    `posts_once` (True) if its provider does not repeat a request that was answered with 503.
    """

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Check the signature, then read the request.

        Args:
            request: The request as it arrived.

        Returns:
            What it says; empty if it says nothing that concerns us.

        Raises:
            Forged: The signature is missing or wrong; the body is not believed.
            Malformed: The body cannot be read.
        """
        ...


@runtime_checkable
class Polled(Protocol):
    """An adapter whose provider can be asked what became of accepted messages."""

    @classmethod
    def asked_after(cls, settings: ChannelSettings) -> timedelta | None:
        """Return how old a message is when its provider is first asked; None if it cannot be asked.

        `broadcast.channels.polling` has the usual spans.
        """
        ...

    async def poll(self, awaited: Sequence[AwaitedReceipt]) -> Sequence[Receipt]:
        """Ask about messages; what is not known, or cannot be asked now, is left out.

        Args:
            awaited: Messages that the provider accepted, at most 200.

        Returns:
            News with the same `event` as a request of the provider would have, so that both count once.
        """
        ...


@runtime_checkable
class SignsReceipts(Protocol):
    """An adapter that can sign as its provider does: `doctor` proves with it that requests reach `serve`."""

    def sample_receipt(self, url: str, at: datetime) -> InboundRequest:
        """Return a signed receipt about a message that does not exist, as the provider posts it to `url`."""
        ...


@runtime_checkable
class Answers(Protocol):
    """An adapter whose provider expects words for the person as the answer to what it sent us."""

    def answer(self, text: str, locale: str) -> InboundAnswer:
        """Return the HTTP answer that says `text` to the person; an empty text says nothing."""
        ...


@runtime_checkable
class ShowsAnswers(Protocol):
    """An adapter that can show, below a message in a room, who answered it."""

    async def show_answers(self, room: RoomAnswers) -> str | None:
        """Change the message so that it shows the answers, without notifying people.

        Returns:
            What went wrong, without secrets, or None.
        """
        ...


@runtime_checkable
class AsksAgain(Protocol):
    """An adapter whose provider can take another key of the person as the next request."""

    def ask_again(self, text: str, locale: str) -> InboundAnswer:
        """Return the HTTP answer that says `text` to the person and waits for another key."""
        ...


@runtime_checkable
class HoldsCalls(Protocol):
    """An adapter whose provider asks us, request by request, what a person who called hears next."""

    def read_call(self, request: InboundRequest) -> CallRequest:
        """Check the signature, then read the request.

        Raises:
            Forged: The signature is missing or wrong; the body is not believed.
            Malformed: The body cannot be read, or names no call.
        """
        ...

    def write_call(self, document: CallDocument, url: Callable[[str], str]) -> InboundAnswer:
        """Return the HTTP answer that says and does what the document says; `url` makes a URL from a path."""
        ...


class LookupFailed(Exception):
    """A service that was asked did not answer, or not as it should; the text says why, without secrets."""


@runtime_checkable
class FindsCallers(Protocol):
    """An adapter whose provider knows who has a phone number."""

    async def find_caller(self, number: str) -> Mapping[str, str] | None:
        """Return what is known, under names of `caller_context.FIELDS`; None if the number is unknown.

        Raises:
            LookupFailed: The provider did not answer, or not as it should.
        """
        ...


@runtime_checkable
class KeepsRecordings(Protocol):
    """An adapter whose provider keeps what callers record; `address` is the provider's own."""

    async def fetch_recording(self, address: str) -> bytes | Rejected | NotSent | Unknown:
        """Return the recording as MP3, or why there is none."""
        ...

    async def delete_recording(self, address: str) -> Outcome:
        """Delete a recording; `Accepted` also if it is gone already."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class DialsOut(Protocol):
    """An adapter whose provider makes calls for us whose words our own routes say."""

    async def dial(self, call: OutboundCall) -> Outcome:
        """Ask for one call; it never raises for the network."""
        ...

    async def find_call(self, asked: CallQuestion) -> FoundCall:
        """Ask what became of a call, or whether it was made at all; it never raises for the network."""
        ...


@runtime_checkable
class LeadsNumbers(Protocol):
    """An adapter whose provider says where the calls of our numbers lead, and leads them elsewhere."""

    async def number_route(self, number: str) -> NumberRoute | Rejected | NotSent | Unknown:
        """Return where the calls of a number (E.164) lead, or why that is not known."""
        ...

    async def lead_number(self, route: NumberRoute) -> Outcome:
        """Lead the calls of a number to `route.url`; nothing else of it changes."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class ShowsServices(Protocol):
    """An adapter whose provider shows the state of services, which all incidents share.

    Its messages carry `service_record`. Another incident may change during a request, so the engine reads the
    ledger again after an answer.
    """

    async def show_services(self, outgoing: Outgoing) -> str | None:
        """Set the state of the services from the record in `outgoing`, without notifying people.

        Returns:
            A warning for the sender if that failed, else None.
        """
        ...


@runtime_checkable
class ShowsOverdue(Protocol):
    """An adapter whose page is a file, so that it does not notice by itself that a promise was missed."""

    async def show_overdue(self, now: datetime) -> bool:
        """Say on the page what is overdue.

        Args:
            now: The time of the round, in UTC.

        Returns:
            Whether the page changed.

        Raises:
            OSError: It cannot be written.
        """
        ...


@runtime_checkable
class Configurable(Protocol):
    """An adapter whose capabilities depend on its options; for most they are always the same."""

    @classmethod
    def capabilities_with(cls, settings: ChannelSettings) -> Capabilities:
        """Return the capabilities with these settings; raises `ConfigError`."""
        ...
