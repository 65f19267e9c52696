"""A phone number that a caller typed or said, or calls from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from broadcast.contacts.phone import FICTIONAL
from broadcast.rendering import spoken_forms
from broadcast.rendering.words import words_for

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_FEWEST_DIGITS = 6
_MOST_DIGITS = 18
#: How the numbering plan calls satellite and other networks without a country.
_NO_COUNTRY = "001"
_NORTH_AMERICA = 1


class NumberFault(StrEnum):
    """Why a number cannot be used."""

    UNREADABLE = "unreadable"
    PREMIUM = "premium"  # it costs whoever calls it, or belongs to a satellite network
    LANDLINE = "landline"  # it takes no SMS


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number in E.164, or the fault of what was typed."""

    number: str = field(default="", repr=False)
    fault: NumberFault | None = None


def typed_number(digits: str, called: str, *, mobile: bool = False) -> TypedNumber:
    """Return the number that was typed; without a country code it belongs to the country of `called`.

    Args:
        digits: keys or recognised speech; everything but digits is left out.
        called: our number, in E.164.
        mobile: whether only numbers that take SMS are wanted.
    """
    import phonenumbers

    plain = "".join(sign for sign in digits if sign in "0123456789")
    if not _FEWEST_DIGITS <= len(plain) <= _MOST_DIGITS:
        return TypedNumber(fault=NumberFault.UNREADABLE)
    international = plain.startswith("00") or digits.strip().startswith("+")
    try:
        number = phonenumbers.parse(
            f"+{plain.lstrip('0')}" if international else plain, None if international else _region(called)
        )
    except phonenumbers.NumberParseException:
        return TypedNumber(fault=NumberFault.UNREADABLE)
    if not _exists(number):
        return TypedNumber(fault=NumberFault.UNREADABLE)
    return _judged(number, mobile=mobile)


def callable_number(number: str) -> bool:
    """Return whether a caller's number may be called back: premium-rate and satellite numbers may not."""
    import phonenumbers

    try:
        return _judged(phonenumbers.parse(number), mobile=False).fault is None
    except phonenumbers.NumberParseException:
        return False


def _exists(number: PhoneNumber) -> bool:
    """Return whether the numbering plan has such numbers: a wrong key makes most numbers impossible."""
    import phonenumbers

    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(number) or e164.startswith(FICTIONAL)


def _judged(number: PhoneNumber, *, mobile: bool) -> TypedNumber:
    import phonenumbers
    from phonenumbers import PhoneNumberType

    kind = phonenumbers.number_type(number)
    if kind in {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.VOICEMAIL}:
        return TypedNumber(fault=NumberFault.PREMIUM)
    if phonenumbers.region_code_for_country_code(number.country_code or 0) == _NO_COUNTRY:
        return TypedNumber(fault=NumberFault.PREMIUM)
    landlines = {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.UAN}
    if number.country_code != _NORTH_AMERICA:  # there, toll-free numbers take SMS
        landlines.add(PhoneNumberType.TOLL_FREE)
    if mobile and kind in landlines:
        return TypedNumber(fault=NumberFault.LANDLINE)
    return TypedNumber(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=16)  # we have few numbers, and callers ask for the country of each again and again
def _region(called: str) -> str | None:
    """Return the country of our own number; the largest one if several share its country code."""
    import phonenumbers

    try:
        number = phonenumbers.parse(called)
    except phonenumbers.NumberParseException:
        return None
    found: str | None = phonenumbers.region_code_for_number(number)
    return found or phonenumbers.region_code_for_country_code(number.country_code or 0)


def spoken_number(number: str, called: str, locale: str) -> str:
    """Return a number digit by digit; with its country code if it is not from the country of `called`."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return spoken_forms.phone(number, words_for(locale))
    inland = phonenumbers.region_code_for_number(parsed) == _region(called)
    style = PhoneNumberFormat.NATIONAL if inland else PhoneNumberFormat.INTERNATIONAL
    return spoken_forms.phone(phonenumbers.format_number(parsed, style), words_for(locale))
