"""What arrived for a channel, in a form that needs no adapter any more, and as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, TypeAlias

from broadcast.inbound.inbox import Inbox, Taken
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress, Receipt, ReceiptState
from broadcast.model.question import AnswerMeans
from broadcast.model.suppression import SuppressionReason

ArrivedNews: TypeAlias = Receipt | InboundMessage | KeyPress
_NAMES: Mapping[type, str] = {Receipt: "receipt", InboundMessage: "message", KeyPress: "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One thing that a provider told us, with what its channel says about it.

    Attributes:
        channel: The name of the channel.
        kind: What an address of the sender is; None if the channel has none.
        means: By which means a key press answers.
        news: What the provider said.
        at: When it arrived.
    """

    channel: str
    kind: AddressKind | None
    means: AnswerMeans
    news: ArrivedNews
    at: datetime


def take(inbox: Inbox, arrived: Arrived) -> Taken:
    """Take a message or a key press as of its arrival; raises `LedgerError`: then it was not recorded."""
    news = arrived.news
    if isinstance(news, InboundMessage):
        return inbox.message(arrived.channel, arrived.kind or AddressKind.PHONE, news, arrived.at)
    if isinstance(news, KeyPress):
        return inbox.key(arrived.channel, news, arrived.at, arrived.means)
    raise AssertionError("a receipt is no answer of a person")


def record_arrived(inbox: Inbox, arrived: Sequence[Arrived]) -> None:
    """Record everything in order; what the ledger has already changes nothing. Raises `LedgerError`."""
    for receipts, those in groupby(arrived, key=lambda one: isinstance(one.news, Receipt)):
        if receipts:
            _record_receipts(inbox, list(those))
        else:
            for one in those:
                take(inbox, one)


def _record_receipts(inbox: Inbox, arrived: Sequence[Arrived]) -> None:
    receipts = [
        ChannelReceipt(one.channel, one.kind, one.news) for one in arrived if isinstance(one.news, Receipt)
    ]
    inbox.ledger.receipts.record(receipts, arrived[-1].at)


def to_line(arrived: Arrived) -> str:
    """Return it as one line of JSON."""
    written = {
        "channel": arrived.channel,
        "kind": arrived.kind,
        "means": arrived.means,
        "at": arrived.at.timestamp(),
        "what": _NAMES[type(arrived.news)],
        "news": asdict(arrived.news),
    }
    return json.dumps(written, ensure_ascii=True, default=datetime.timestamp)


def from_line(line: str) -> Arrived | None:
    """Return what a line says; None if it is torn."""
    try:
        found = json.loads(line)
        return Arrived(
            channel=found["channel"],
            kind=AddressKind(found["kind"]) if found["kind"] else None,
            means=AnswerMeans(found["means"]),
            news=_news(found["what"], found["news"]),
            at=_moment(found["at"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _news(what: str, fields: dict[str, Any]) -> ArrivedNews:
    if what == "receipt":
        return _receipt(Receipt(**fields))
    return InboundMessage(**fields) if what == "message" else KeyPress(**fields)


def _receipt(written: Receipt) -> Receipt:
    """Return a receipt whose state, reason and time are more than JSON."""
    return replace(
        written,
        state=ReceiptState(written.state),
        suppress=SuppressionReason(written.suppress) if written.suppress else None,
        at=_moment(float(str(written.at))) if written.at is not None else None,
    )


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
