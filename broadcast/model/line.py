"""The line behind a phone number, as far as numbering plans tell."""

from __future__ import annotations


def line_of(number: str, region: str = "") -> str:
    """The line behind a number: landline, mobile or voip; "" if its plan does not tell.

    A number without a country code belongs to `region`. In some countries (+1) mobile and landline numbers
    look alike: those are "".
    """
    import phonenumbers
    from phonenumbers import PhoneNumberType

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, region or None))
    except phonenumbers.NumberParseException:
        return ""
    lines = {
        PhoneNumberType.MOBILE: "mobile",
        PhoneNumberType.PAGER: "mobile",
        PhoneNumberType.FIXED_LINE: "landline",
        PhoneNumberType.VOIP: "voip",
    }
    return lines.get(kind, "")
