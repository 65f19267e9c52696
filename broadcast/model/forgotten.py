"""Recognise people who were forgotten, by keyed digests (HMAC with the install secret)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from broadcast.model.contact import Contact
from broadcast.model.ids import base_id, pseudonym
from broadcast.model.names import name_words

#: Replaces a word of the name if no name was known: then any name may be theirs.
NAMELESS = "*"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Tell whether a person is among those who were forgotten."""

    digests: Collection[str]
    secret: bytes = field(repr=False)

    def __call__(self, contact: Contact, audience: str = "") -> bool:
        """Return whether this person was forgotten: by an address, or by the id in the audience, if given."""
        return self._has_place(contact, audience) or any(
            address_digest(self.secret, address, name) in self.digests
            for address in filter(None, (contact.email, contact.phone))
            for name in (None, contact.name)
        )

    def _has_place(self, contact: Contact, audience: str) -> bool:
        """Return whether the id was theirs, and no other name shows that it has a new owner."""
        if id_digest(self.secret, audience, contact.id) not in self.digests:
            return False
        words = name_words(contact.name)
        digests = (id_digest(self.secret, audience, contact.id, word) for word in (*words, NAMELESS))
        return not words or any(digest in self.digests for digest in digests)


def id_digest(secret: bytes, audience: str, id: str, word: str = "") -> str:
    """Return the digest of an id in an audience, with a word of the name, since ids get new owners later."""
    return pseudonym(secret, f"id\x1f{audience}\x1f{base_id(id)}\x1f{word}")


def address_digest(secret: bytes, address: str, name: str | None = None) -> str:
    """Return the digest of an address; with a name, of this person only, since couples share an address."""
    if name is None:
        return pseudonym(secret, address.lower())
    words = " ".join(sorted(name_words(name)))
    return pseudonym(secret, f"{address.lower()}\x1f{words}")
