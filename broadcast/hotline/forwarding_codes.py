"""What to dial so that a carrier forwards calls to a backup line. Pure.

Sources, seen 2026-11-30 as stored excerpts of the pages:
- mobile networks: `**21*` to `##21#` and the seconds of `**61*`, as German guides name them:
  https://www.handyhase.de/magazin/rufumleitung/; 3GPP TS 22.030, behind them, was not read
- German landlines of Deutsche Telekom: `*21*`, `*61*` and `#21#`,
  https://www.verivox.de/internet/ratgeber/rufumleitung-fuers-festnetz-einrichten-so-geht-es-1119118

Other carriers may have other codes. A forwarded call may cost what a call from that phone costs.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Mobile networks take 5 to 30 seconds, in steps of 5.
_SHORTEST, _LONGEST, _STEP = 5, 30, 5


@dataclass(frozen=True, slots=True)
class ForwardingCode:
    """A code, the phone that it is dialled on, and what it does."""

    phone: str
    does: str
    code: str


def forwarding_codes(number: str, seconds: int) -> tuple[ForwardingCode, ...]:
    """Return the codes that forward calls to `number` (E.164), at once or after `seconds` of ringing.

    >>> forwarding_codes("+491712345678", 15)[0].code
    '**21*+491712345678#'
    """
    waits = min(_LONGEST, max(_SHORTEST, round(seconds / _STEP) * _STEP))
    landline = "00" + number.removeprefix("+")
    return (
        ForwardingCode("mobile", "forward every call", f"**21*{number}#"),
        ForwardingCode("mobile", f"forward after {waits} seconds", f"**61*{number}**{waits}#"),
        ForwardingCode("mobile", "forward if unreachable", f"**62*{number}#"),
        *end_codes()[:1],
        ForwardingCode("landline (Germany)", "forward every call", f"*21*{landline}#"),
        ForwardingCode("landline (Germany)", "forward if nobody answers", f"*61*{landline}#"),
        *end_codes()[1:],
    )


def end_codes() -> tuple[ForwardingCode, ...]:
    """Return the codes that end the forwarding of every call."""
    return (
        ForwardingCode("mobile", "end it", "##21#"),
        ForwardingCode("landline (Germany)", "end it", "#21#"),
    )
