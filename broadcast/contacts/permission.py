"""Which of a person's addresses may be used: what is suppressed wins over whatever a file says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from broadcast.model.contact import AddressKind, Contact
from broadcast.model.suppression import Suppressed


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be used in an audience. From duty messages (`internal`) nobody can unsubscribe."""

    suppressed: Suppressed
    internal: bool = False

    def permit(self, contact: Contact) -> Contact:
        """The person without the addresses that must not be used."""
        for kind in AddressKind:
            address = contact.address(kind)
            reason = address and self.suppressed.reason(kind, address, internal=self.internal)
            if reason:
                contact = contact.without(kind, reason.words)
        return contact


@dataclass(slots=True)
class Permitted:
    """People, each with the addresses that may be used.

    Whom that concerns is found out once and kept: hardly anybody. To ask about each address every time would
    cost more than reading it does.
    """

    people: Iterable[Contact]
    permission: Permission
    _concerned: dict[int, Contact] | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Contact]:
        if not self.permission.suppressed:
            return iter(self.people)
        return self._known() if self._concerned is not None else self._ask()

    def _known(self) -> Iterator[Contact]:
        concerned = self._concerned or {}
        for place, contact in enumerate(self.people):
            yield concerned.get(place, contact)

    def _ask(self) -> Iterator[Contact]:
        concerned = {}
        for place, contact in enumerate(self.people):
            permitted = self.permission.permit(contact)
            if permitted is not contact:
                concerned[place] = permitted
            yield permitted
        self._concerned = concerned
