"""Calls that we make, whose words our own routes say, and the look-up of one whose answer was lost.

Twilio keeps no reference of ours. Its list has who was called and when: a call to the same person that is not
older than the attempt is taken for ours, because a second ringing is worse than a later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from broadcast.channels.dates import http_date
from broadcast.channels.lookup import moment
from broadcast.channels.responses import json_object, objects, text_of
from broadcast.channels.transport import Answer, Reply
from broadcast.channels.vendors.twilio_account import TwilioAccount
from broadcast.model.outbound_call import CallLife, CallQuestion, FoundCall, OutboundCall

#: Both times have a precision of one second, and come from two machines of the provider.
_PRECISION = timedelta(seconds=5)
#: Calls to one number that are looked at; more were not made since the attempt.
_PAGE = "50"
_NOT_FOUND = 404
#: https://www.twilio.com/docs/voice/api/call-resource#call-status-values (2026-11-30)
_LIVES: Mapping[str, CallLife] = {
    **dict.fromkeys(("queued", "initiated", "ringing", "in-progress"), CallLife.RUNNING),
    **dict.fromkeys(("completed", "busy", "failed", "no-answer", "canceled"), CallLife.OVER),
}


def call_form(call: OutboundCall, caller: str) -> dict[str, str]:
    """Return the form that asks for a call from our number `caller`."""
    return {
        "To": call.number,
        "From": caller,
        "Url": call.answered,
        "Method": "POST",
        "StatusCallback": call.ended,
        "StatusCallbackMethod": "POST",
        "Timeout": str(call.seconds),
    }


async def find_call(account: TwilioAccount, asked: CallQuestion, caller: str) -> FoundCall:
    """Ask the provider for a call, by its id or else among the latest calls to the number."""
    if asked.ref:
        return _of(await account.shown("Calls", asked.ref), asked.ref)
    # No dates in the query: they would be by our clock.
    query = {"To": asked.number, "From": caller, "PageSize": _PAGE}
    return _among(await account.listed("Calls", query), asked.elapsed)


def _of(answer: Answer, ref: str) -> FoundCall:
    if isinstance(answer, Reply) and answer.status == _NOT_FOUND:
        return FoundCall(CallLife.MISSING)
    if isinstance(answer, Reply) and answer.success:
        return FoundCall(_life(json_object(answer)), ref)
    return FoundCall(CallLife.UNKNOWN)


def _among(answer: Answer, elapsed: timedelta) -> FoundCall:
    calls = (
        objects(json_object(answer).get("calls")) if isinstance(answer, Reply) and answer.success else None
    )
    if calls is None or not isinstance(answer, Reply):
        return FoundCall(CallLife.UNKNOWN)
    now = http_date(answer.headers.get("Date", ""))
    ours = [one for one in calls if _may_be_ours(moment(one, "date_created"), now, elapsed)]
    if not ours:
        return FoundCall(CallLife.MISSING)
    lives = {_life(one): text_of(one, "sid") for one in ours}
    life = CallLife.RUNNING if CallLife.RUNNING in lives else next(iter(lives))
    return FoundCall(life, lives[life])


def _may_be_ours(created: datetime | None, now: datetime | None, elapsed: timedelta) -> bool:
    """Compare two durations, each by one clock; a call of which nothing is known may be ours."""
    return created is None or now is None or now - created <= elapsed + _PRECISION


def _life(call: Mapping[str, object]) -> CallLife:
    return _LIVES.get(text_of(call, "status"), CallLife.UNKNOWN)
