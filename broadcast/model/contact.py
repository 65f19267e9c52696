"""People and their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AddressKind(StrEnum):
    """What an address is good for."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or destination that can be told.

    `phone` is E.164; `email` is lower-cased in its domain. `extra` holds the further columns of the
    contacts file, which become template variables (`contact.<column>`).
    """

    id: str
    name: str = ""
    phone: str | None = None
    email: str | None = None
    locale: str | None = None
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    def address(self, kind: AddressKind) -> str | None:
        """The address of that kind, if the person has one."""
        return self.phone if kind is AddressKind.PHONE else self.email
