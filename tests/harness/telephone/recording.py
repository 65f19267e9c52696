"""Record: a message after the beep.

Rules of https://www.twilio.com/docs/voice/twiml/record and http://www.twilio.com/docs/api/twiml/record,
read 2026-11-30:
- defaults: action the current document, timeout 5 seconds of silence, finishOnKey any key, maxLength 3600,
  playBeep true
- an empty recording makes no request; the document goes on with the next verb
- after the request all further verbs are unreachable
- `Digits` is the key that ended it, or `hangup`
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.telephone.clock import LegEnded
from tests.harness.telephone.documents import Document
from tests.harness.telephone.interpreter import Interpreter, Unplayable, addressed, number, with_form
from tests.harness.telephone.leg import Leg
from tests.harness.telephone.persons import Press, Speak, seconds_to_say
from tests.harness.telephone.transcript import Recorded
from tests.harness.telephone.webhooks import Request

ANY_KEY = "1234567890*#"
TIMEOUT, LONGEST = 5.0, 3600.0
BEEP = 0.5


@dataclass
class Message:
    """What is on the tape so far."""

    seconds: float = 0.0
    text: str = ""
    ended_by: str = ""


async def record(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Record a message; return the request that tells of it, None if there was silence."""
    if element.get("transcribe") == "true":
        raise Unplayable("transcribe")
    message = Message()
    try:
        _listen(run.leg, element, message)
    except LegEnded as gone:
        if gone.sid == run.leg.sid and message.seconds:
            message.ended_by, run.leg.status = "hangup", "completed"
            request = _recorded(run.leg, element, document, message)
            await run.leg.tell(request.url, request.form, request.method)
            await _tell(run, element, document, request, "completed")
        raise
    if not message.seconds:
        await _tell(run, element, document, Request(""), "absent")
        return None
    request = _recorded(run.leg, element, document, message)
    await _tell(run, element, document, request, "completed")
    return request


def _listen(leg: Leg, element: Element, message: Message) -> None:
    if element.get("playBeep") != "false":
        leg.hear("beep", BEEP)
    longest, ends = number(element, "maxLength", LONGEST), element.get("finishOnKey", ANY_KEY)
    action = leg.script.take()
    if not isinstance(action, Speak) or not action.text.strip():
        return leg.clock.advance(number(element, "timeout", TIMEOUT))
    needed = seconds_to_say(action.text)
    message.seconds, message.text = min(needed, longest), action.text
    leg.clock.advance(message.seconds)
    if needed >= longest:
        return None
    leg.arm()
    following = leg.script.next
    if isinstance(following, Press) and following.keys[:1] in ends:
        leg.script.take()
        message.ended_by = following.keys[:1]
        return None
    return leg.clock.advance(number(element, "timeout", TIMEOUT))


def _recorded(leg: Leg, element: Element, document: Document, message: Message) -> Request:
    sid = f"RE{uuid.uuid4().hex}"
    leg.transcript.recordings.append(Recorded(leg.clock.now, sid, message.seconds, message.text))
    account = leg.fields["AccountSid"]
    return with_form(
        addressed(document, element),
        RecordingSid=sid,
        RecordingUrl=f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}",
        RecordingDuration=str(round(message.seconds) or 1),
        Digits=message.ended_by,
    )


async def _tell(
    run: Interpreter, element: Element, document: Document, request: Request, status: str
) -> None:
    """Tell recordingStatusCallback, if it is to be told of this."""
    address = element.get("recordingStatusCallback")
    wanted = element.get("recordingStatusCallbackEvent", "completed").split()
    if not address or status not in wanted:
        return
    form = {
        **{name: value for name, value in request.form.items() if name != "Digits"},
        "RecordingStatus": status,
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": "Mon, 30 Nov 2026 08:00:00 +0000",
        "ErrorCode": "0",
    }
    for _ in range(run.settings.recording_callbacks):
        method = element.get("recordingStatusCallbackMethod") or "POST"
        await run.leg.tell(urljoin(document.url, address), form, method)
