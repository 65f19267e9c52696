"""Messages that callers leave."""

from __future__ import annotations

from broadcast.hotline.call_state import Topic
from broadcast.hotline.effects import (
    OpenTicket,
)
from broadcast.model.call_document import HangUp, Record
from tests.hotline.telephone_call import (
    handed_over,
    of_kind,
)


def test_a_message_becomes_a_ticket_and_the_call_ends():
    call = handed_over(agents=())
    call.request(recording="https://api.example/RE1", recorded_seconds=9)

    assert of_kind(call, OpenTicket) == [
        OpenTicket(recording="https://api.example/RE1", seconds=9, locale="de", topic=Topic.ASKED)
    ]
    assert isinstance(call.last.document[-1], HangUp)


def test_a_silent_recording_is_asked_for_once_more():
    call = handed_over(agents=())
    call.request(recording="https://api.example/RE1", recorded_seconds=0)
    assert isinstance(call.last.document[-1], Record)

    call.request()

    assert isinstance(call.last.document[-1], HangUp)
    assert not of_kind(call, OpenTicket)


def test_the_report_of_a_recording_opens_the_ticket_even_after_the_caller_left():
    call = handed_over(agents=())
    record = call.last.document[-1]
    assert isinstance(record, Record)
    call.path = record.recorded
    call.request(recording="https://api.example/RE1", recorded_seconds=9)

    assert len(of_kind(call, OpenTicket)) == 1
    assert call.last.document == ()
