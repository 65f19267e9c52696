"""People and their addresses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from broadcast.model.consent import Consent
from broadcast.model.phone_line import phone_line


class AddressKind(StrEnum):
    """The kind of an address."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Barred:
    """A kind of address or channel that is not used for a person, and why (`opted out`)."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or destination that can be told.

    `phone` is E.164; `email` has its domain in lower case. `extra` holds the other columns of the contacts
    file, which become template variables (`contact.<column>`). An address that must not be used is left out,
    and `barred` says why. `consents` are the person's answers, as far as a file has them. `landline` says
    whether `phone` is a landline; None if this was not looked up yet.
    """

    id: str
    name: str = ""
    phone: str | None = None
    email: str | None = None
    locale: str | None = None
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    barred: tuple[Barred, ...] = ()
    consents: tuple[Consent, ...] = ()
    landline: bool | None = field(default=None, compare=False)

    @property
    def has_landline(self) -> bool:
        """Whether the phone number is known to be a landline; False if it may be either."""
        if self.landline is None:
            return bool(self.phone) and phone_line(self.phone or "") == "landline"
        return self.landline

    def address(self, kind: AddressKind) -> str | None:
        """Return the person's address of that kind, or None."""
        return self.phone if kind is AddressKind.PHONE else self.email

    def template_values(self) -> dict[str, str]:
        """Return the values that a template may use of this person: the columns of the contacts file."""
        own = {"id": self.id, "name": self.name, "phone": self.phone or "", "email": self.email or ""}
        return {**own, **dict(self.extra)}

    def without(self, kind: AddressKind, reason: str) -> Contact:
        """Return the same person without the address of that kind."""
        barred = (*self.barred, Barred(kind, reason))
        if kind is AddressKind.PHONE:
            return replace(self, phone=None, barred=barred)
        return replace(self, email=None, barred=barred)
