"""Phone numbers as spreadsheets leave them, converted to E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from broadcast.contacts.address import Unusable

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"(\d{6,})[.,]0+", re.ASCII)
_EXTENSION = re.compile(r"(?:ext|durchwahl|dw|app|x|#|;ext=)\.?\s*\d+$", re.IGNORECASE)
_BARE = re.compile(r"[1-9][\d ()./-]*", re.ASCII)
_PLAIN = re.compile(r"(\+|0)([1-9][0-9]{6,13})")
_PUNCTUATION = str.maketrans("", "", " -/().")
_NOT_DIGITS = re.compile(r"\D+", re.ASCII)
#: Ofcom reserves these mobile numbers for drama; they are possible but never assigned, and examples use them.
FICTIONAL = "+447700900"
_WRITE_E164 = "write it with its country code, like +49 151 12345678"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164; `restored` if a lost leading 0 or + was put back."""

    number: str
    restored: bool = False
    landline: bool = False


def read_phone(text: str, region: str) -> Phone:
    """Return the number in `text`; national ones belong to `region`. Raises `Unusable` otherwise."""
    direct = _direct(text.translate(_PUNCTUATION), region)
    if direct:
        return direct
    spelled = text.strip().removeprefix("'").removeprefix("tel:").strip()
    decimal = _DECIMAL.fullmatch(spelled)
    spelled = decimal[1] if decimal else spelled
    _refuse_spoilt(spelled)
    if _BARE.fullmatch(spelled) and _trunk_prefix(region) == "0":
        return replace(_checked(_restored(_NOT_DIGITS.sub("", spelled), region)), restored=True)
    return _checked(_parsed(spelled, region))


def _direct(digits: str, region: str) -> Phone | None:
    """Return the number if `digits` are E.164 apart from a trunk 0; needs a third of the parsing time.

    None if the library must check it; its result counts in either case.
    """
    import phonenumbers
    from phonenumbers import PhoneNumberType

    plain = _PLAIN.fullmatch(digits)
    if plain is None or (plain[1] == "0" and _trunk_prefix(region) != "0"):
        return None
    country, national = _split(plain[2]) if plain[1] == "+" else (_country_code(region), plain[2])
    if not country or not national or national[0] == "0":
        return None
    number = phonenumbers.PhoneNumber(country_code=country, national_number=int(national))
    kind = phonenumbers.number_type(number)
    usable = kind in {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    landline = kind == PhoneNumberType.FIXED_LINE
    return Phone(f"+{country}{national}", landline=landline) if usable else None


def _split(digits: str) -> tuple[int, str]:
    """Return the country code at the start of `digits`, and the rest; 0 if there is none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    for length in (1, 2, 3):
        if int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return int(digits[:length]), digits[length:]
    return 0, digits


def _refuse_spoilt(spelled: str) -> None:
    if _SCIENTIFIC.fullmatch(spelled):
        raise Unusable(
            "was turned into an exponent by a spreadsheet and has lost digits",
            "format the column as text and export the file again",
        )
    if _EXTENSION.search(spelled):
        raise Unusable(
            "has an extension, which cannot be told on its own", "give a number that can be dialled"
        )
    if any(sign.isalpha() for sign in spelled):
        raise Unusable("holds letters", _WRITE_E164)


def _parsed(spelled: str, region: str | None) -> PhoneNumber:
    import phonenumbers

    try:
        return phonenumbers.parse(spelled, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == error.INVALID_COUNTRY_CODE:
            raise Unusable("has no country code that exists", _WRITE_E164) from None
        if error.error_type == error.TOO_LONG:
            raise Unusable("is too long, or two numbers in one", "give one number in a cell") from None
        raise Unusable("is not a phone number", _WRITE_E164) from None


def _checked(number: PhoneNumber) -> Phone:
    """Return the number; raises `Unusable` if it is not in use, too short, or a premium number."""
    import phonenumbers
    from phonenumbers import PhoneNumberType, ValidationResult

    kind = phonenumbers.number_type(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if kind in {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.VOICEMAIL}:
        raise Unusable("is a premium-rate or service number", "give the person's own number")
    if kind != PhoneNumberType.UNKNOWN or e164.startswith(FICTIONAL):
        return Phone(e164, landline=kind == PhoneNumberType.FIXED_LINE)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        raise Unusable("is too short, or a short number", _WRITE_E164)
    if reason == ValidationResult.TOO_LONG:
        raise Unusable("is too long, or two numbers in one", "give one number in a cell")
    raise Unusable("does not exist in its country's numbering plan", _WRITE_E164)


def _restored(digits: str, region: str) -> PhoneNumber:
    """Return the reading of `digits` that lost its 0 or its +; a mobile number is preferred to a landline.

    `4915112345678` could be +49 151 12345678, or 04915 112345678 in East Frisia, too long for a landline.
    """
    import phonenumbers
    from phonenumbers import PhoneNumberType

    national = phonenumbers.PhoneNumber(country_code=_country_code(region), national_number=int(digits))
    try:
        international = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return national
    kinds = [(phonenumbers.number_type(reading), reading) for reading in (national, international)]
    valid = [reading for kind, reading in kinds if kind != PhoneNumberType.UNKNOWN]
    mobile = [reading for kind, reading in kinds if kind == PhoneNumberType.MOBILE]
    if not valid:
        return national
    for readings in (valid, mobile):
        if len(readings) == 1:
            return readings[0]
    raise Unusable("can be read in two ways without its leading 0 or +", _WRITE_E164)


@cache
def _country_code(region: str) -> int:
    import phonenumbers

    code: int = phonenumbers.country_code_for_region(region)
    return code


@cache
def _trunk_prefix(region: str) -> str | None:
    import phonenumbers

    prefix: str | None = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True)
    return prefix
