"""The form of Twilio's requests about a live call.

Source: https://www.twilio.com/docs/voice/twiml#request-parameters (2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from broadcast.model.phone_call import CallRequest, DialResult

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
#: What Twilio writes for a withheld number: the letters of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
#: UNAVAILABLE on the keys of a phone.
_WITHHELD = frozenset(("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"))
_ENDED = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))
_DIAL_RESULTS: Mapping[str, DialResult] = {
    "completed": DialResult.COMPLETED,
    "answered": DialResult.COMPLETED,
    "busy": DialResult.BUSY,
    "no-answer": DialResult.NO_ANSWER,
    "failed": DialResult.FAILED,
    "canceled": DialResult.CANCELED,
}
#: Longer speech is no answer to a menu. The rest is dropped before anything reads it.
_MOST_SPEECH = 2000
_MOST_SECONDS = 86_400


def call_request(form: Mapping[str, str]) -> CallRequest | None:
    """Return what the form says; None if it names no call.

    >>> call_request({"CallSid": "CA1", "From": "+491711234567", "Digits": "1"}).digits
    '1'
    """
    call = form.get("CallSid", "")
    if not call:
        return None
    return CallRequest(
        call=call,
        parent=form.get("ParentCallSid", ""),
        caller=phone_number(form.get("From", "")),
        called=phone_number(form.get("To", "")),
        digits=form.get("Digits", ""),
        speech=form.get("SpeechResult", "")[:_MOST_SPEECH],
        dialled=_DIAL_RESULTS.get(form.get("DialCallStatus", "")),
        recording=form.get("RecordingUrl", ""),
        recorded_seconds=_seconds(form.get("RecordingDuration", "")),
        ended=form.get("CallStatus", "") in _ENDED,
    )


def phone_number(written: str) -> str:
    """Return a number in E.164; "" if it is withheld, or no phone number."""
    number = written.strip()
    return number if _NUMBER.fullmatch(number) and number not in _WITHHELD else ""


def _seconds(written: str) -> int:
    return min(int(written), _MOST_SECONDS) if written.isascii() and written.isdigit() else 0
