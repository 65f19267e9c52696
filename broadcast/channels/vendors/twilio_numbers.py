"""Where Twilio leads the calls of a number: look it up, and change it.

Written from Twilio's SDK 9.13.0 (`rest/api/v2010/account/incoming_phone_number`), see
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
An application or a trunk of the number takes the place of its addresses.
"""

from __future__ import annotations

from broadcast.channels.responses import failure, json_object, objects, text_of
from broadcast.channels.transport import Answer, NoReply
from broadcast.channels.vendors.twilio_account import ACCOUNT_CODES, TwilioAccount
from broadcast.model.number_route import NumberRoute
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown

_RESOURCE = "IncomingPhoneNumbers"
_INSTEAD = {"voice_application_sid": "an application", "trunk_sid": "a SIP trunk"}


async def number_route(account: TwilioAccount, number: str) -> NumberRoute | Rejected | NotSent | Unknown:
    """Return where the calls of a number lead, or why that is not known."""
    answer = await account.listed(_RESOURCE, {"PhoneNumber": number, "PageSize": "20"})
    if isinstance(answer, NoReply) or not answer.success:
        outcome = _refusal(answer)
        return Unknown("the answer has no number") if isinstance(outcome, Accepted) else outcome
    found = objects(json_object(answer).get("incoming_phone_numbers"))
    if found is None:
        return Unknown("the answer has no list of numbers")
    same = [one for one in found if text_of(one, "phone_number") == number and text_of(one, "sid")]
    if not same:
        return Rejected(f"the account has no number {number}", Scope.CHANNEL)
    return NumberRoute(
        ref=text_of(same[0], "sid"),
        number=number,
        url=text_of(same[0], "voice_url"),
        method=text_of(same[0], "voice_method") or "POST",
        fallback=text_of(same[0], "voice_fallback_url"),
        status=text_of(same[0], "status_callback"),
        instead=next((what for key, what in _INSTEAD.items() if text_of(same[0], key)), ""),
    )


async def lead_number(account: TwilioAccount, route: NumberRoute) -> Outcome:
    """Lead the calls of a number to `route.url`; nothing else of the number changes."""
    form = {"VoiceUrl": route.url, "VoiceMethod": route.method}
    answer = await account.create(f"{_RESOURCE}/{route.ref}", form)
    if not isinstance(answer, NoReply) and answer.success:
        return Accepted(route.ref)
    return _refusal(answer)


def _refusal(answer: Answer) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    code = text_of(document, "code")
    if code in ACCOUNT_CODES:
        scope, reason = ACCOUNT_CODES[code]
        return Rejected(reason, scope, code)
    return failure(answer, detail=text_of(document, "message"), code=code or None)
