"""The kind of line of a phone number, if the numbering plan tells."""

from __future__ import annotations


def phone_line(number: str, region: str = "") -> str:
    """Return the kind of line: landline, mobile or voip; "" if the numbering plan does not tell.

    A number without a country code belongs to `region`. In some countries (+1) mobile and landline numbers
    look the same; the result is "".
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
