"""Addresses as they may be shown: enough to recognise them, too little to use them."""

from __future__ import annotations

import re

HIDDEN = "•••"
_E164 = re.compile(r"\+[0-9]{7,15}")
#: The calling codes with one or two digits; all others have three (ITU E.164).
_COUNTRY_CODE = re.compile(
    r"\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})",
)
#: The first three and the last two digits would reveal a national number that is shorter than this.
_SHORT_NATIONAL = 8


def mask(address: str) -> str:
    """Return `+49 151 ••• 78` for a phone number, `a•••@firma.de` for e-mail, `a•••` for anything else."""
    if _E164.fullmatch(address):
        return _phone(address)
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}{HIDDEN}@{domain}"
    return f"{address[:1]}{HIDDEN}" if address else ""


def _phone(number: str) -> str:
    code = _COUNTRY_CODE.match(number)
    country = code.group() if code else number[:2]
    national = number[len(country) :]
    shown = [country, national[:3]] if len(national) >= _SHORT_NATIONAL else [country]
    return " ".join([*shown, HIDDEN, national[-2:]])
