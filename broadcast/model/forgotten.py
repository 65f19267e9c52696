"""How people who were forgotten are recognised: by keyed digests that need the install secret."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from broadcast.model.contact import Contact
from broadcast.model.ids import base_id, pseudonym
from broadcast.model.names import name_words


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Answers whether somebody is among those who were forgotten."""

    marks: Collection[str]
    secret: bytes = field(repr=False)

    def __call__(self, contact: Contact, audience: str = "") -> bool:
        """Whether this person was forgotten: by an address, or by the id in the audience, if one is named."""
        return any(mark in self.marks for mark in self._marks(contact, audience))

    def _marks(self, contact: Contact, audience: str) -> Iterator[str]:
        yield place_mark(self.secret, audience, contact.id)
        for address in filter(None, (contact.email, contact.phone)):
            yield address_mark(self.secret, address)
            yield address_mark(self.secret, address, contact.name)


def place_mark(secret: bytes, audience: str, id: str) -> str:
    """The mark of an id in an audience: it holds when the row gets a new name and new addresses."""
    return pseudonym(secret, f"id\x1f{audience}\x1f{base_id(id)}")


def address_mark(secret: bytes, address: str, name: str | None = None) -> str:
    """The mark of an address; with a name, of that person alone: couples and crews share an address."""
    if name is None:
        return pseudonym(secret, address.lower())
    words = " ".join(sorted(name_words(name)))
    return pseudonym(secret, f"{address.lower()}\x1f{words}")
