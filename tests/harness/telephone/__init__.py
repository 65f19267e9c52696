"""Twilio's voice platform, played on this machine: it calls our server over real sockets and follows TwiML.

It is written from Twilio's pages alone and shares no line with `broadcast`, so that both cannot share one
mistake.

    async with TelephonePlatform(origin="https://notify.example", server=served.url, token=TOKEN) as platform:
        call = await platform.call(Press("3"), Speak("ja"), caller="+4915112345678")
    assert call.ending is Ending.HUNG_UP_BY_US
    assert call.errors == []
    print(call)

A call has a clock of its own: nothing sleeps, and a caller who waits an hour costs a millisecond. What a
person does is a list of actions; the next one is done when the platform next listens. A person whose list is
at its end stays on the line and is silent.
"""

from __future__ import annotations

from tests.harness.telephone.persons import (
    BUSY,
    NO_ANSWER,
    UNREACHABLE,
    WITHHELD,
    Action,
    HangUp,
    Phone,
    Press,
    Silence,
    Speak,
    agent,
    mailbox,
)
from tests.harness.telephone.platform import TelephonePlatform
from tests.harness.telephone.rest import CallsApi
from tests.harness.telephone.transcript import (
    Bridge,
    Ending,
    Exchange,
    Heard,
    Notification,
    Recorded,
    Step,
    Transcript,
)

__all__ = [
    "BUSY",
    "NO_ANSWER",
    "UNREACHABLE",
    "WITHHELD",
    "Action",
    "Bridge",
    "CallsApi",
    "Ending",
    "Exchange",
    "HangUp",
    "Heard",
    "Notification",
    "Phone",
    "Press",
    "Recorded",
    "Silence",
    "Speak",
    "Step",
    "TelephonePlatform",
    "Transcript",
    "agent",
    "mailbox",
]
