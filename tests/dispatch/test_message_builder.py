"""What a claim becomes when it is handed to a channel."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadcast.channels.voice.twilio import TwilioVoice
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.ledger.records import Claim, NoticeText
from broadcast.model.contact import Contact
from broadcast.model.message import Message
from broadcast.testing.samples import headline

AT = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)
TEXTS = ("customers", "agents", "field")


@pytest.mark.parametrize(
    ("audience", "texts", "may_leave"),
    [
        ("customers", "customers", True),
        ("partners", "customers", True),
        ("works-council", "customers", False),
        ("agents", "agents", False),
        ("drivers", "field", False),
    ],
)
def test_only_who_is_not_told_as_a_matter_of_work_may_ask_for_no_more_calls(audience, texts, may_leave):
    builder = MessageBuilder(
        notice="INC-1/1",
        identity="1",
        headline=headline(),
        texts=tuple(NoticeText(each, "voice", Message(locale="de", text="NoticeText")) for each in TEXTS),
        secret=b"a secret of these tests",
        internal=frozenset({"works-council"}),
    )
    claim = Claim(
        delivery=1,
        attempt=1,
        notice=1,
        template_audience=texts,
        locale="de",
        contact=Contact(id="1", name="Ada", phone="+493023125001"),
        receiver="1",
        route=("calls",),
        step=0,
        attempts=1,
        thread=None,
        started_at=AT,
        audience=audience,
    )

    outgoing = builder.outgoing(claim, TwilioVoice.capabilities)

    assert outgoing.may_leave is may_leave
    assert outgoing.unsubscribe is None
