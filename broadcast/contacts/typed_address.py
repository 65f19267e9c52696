"""An address of any kind, as a person types it."""

from __future__ import annotations

from dataclasses import dataclass, field

from broadcast.contacts.address import Unusable
from broadcast.contacts.email import read_email
from broadcast.contacts.phone import read_phone
from broadcast.model.contact import AddressKind


@dataclass(frozen=True, slots=True)
class Address:
    """A phone number in E.164, or a mailbox."""

    kind: AddressKind
    value: str = field(repr=False)


def read_address(text: str, region: str) -> Address:
    """Return the address in `text`; national numbers belong to `region`. Raises `Unusable` otherwise."""
    if "@" in text:
        try:
            return Address(AddressKind.EMAIL, read_email(text))
        except Unusable as unusable:
            raise Unusable(f"the e-mail address {unusable}", unusable.hint) from None
    try:
        return Address(AddressKind.PHONE, read_phone(text, region).number)
    except Unusable as unusable:
        raise Unusable(f"the phone number {unusable}", unusable.hint) from None
