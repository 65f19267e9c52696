"""What arrived is the same after it was written as a line and read again."""

from __future__ import annotations

import pytest

from broadcast.inbound.arrived import Arrived, from_line, to_line
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress, Receipt, ReceiptState
from broadcast.model.question import AnswerMeans
from broadcast.model.suppression import SuppressionReason
from broadcast.testing.ledger_samples import NOON

NEWS = [
    Receipt(ref="SM1", state=ReceiptState.DELIVERED, event="delivered"),
    Receipt(
        ref="SM1",
        state=ReceiptState.FAILED,
        event="e",
        suppress=SuppressionReason.BOUNCED,
        code="30003",
        at=NOON,
    ),
    InboundMessage(ref="SM2", sender="+4915112345678", text="Ja \u2028\n\U0001f64f", proved=False),
    KeyPress(ref="CA1", key="k", pressed="1"),
]


@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("kind", [AddressKind.PHONE, None])
def test_a_line_says_everything(news, kind):
    arrived = Arrived(channel="sms", kind=kind, means=AnswerMeans.KEY, news=news, at=NOON)

    line = to_line(arrived)

    assert from_line(line) == arrived
    assert "\n" not in line


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", "null"])
def test_a_torn_line_says_nothing(line):
    assert from_line(line) is None
