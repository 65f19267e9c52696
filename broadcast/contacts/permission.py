"""Which addresses and channels may be used for a person: suppressions first, then consent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from broadcast.model.channel import ChannelKind
from broadcast.model.consent import Purpose, answer
from broadcast.model.contact import AddressKind, Barred, Contact
from broadcast.model.suppression import Suppressed, SuppressionReason

_NOTHING: Mapping[str, AddressKind] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What may be used in an audience, for a purpose.

    People on duty (`internal`) cannot unsubscribe, but after STOP they get no SMS: calls and mails go on.
    `kinds` are the kinds of channels of the audience, with the address that each needs. With `required`, a
    person who has not agreed to a kind is not told through it; a no is always respected.
    """

    suppressed: Suppressed
    internal: bool = False
    required: bool = False
    purpose: Purpose = Purpose.INCIDENT
    kinds: Mapping[str, AddressKind] = field(default_factory=lambda: _NOTHING)

    def permit(self, contact: Contact) -> Contact:
        """Return the person with only what may be used."""
        return self.agreed(self.unsuppressed(contact))

    def unsuppressed(self, contact: Contact) -> Contact:
        """Return the person without the addresses that must not be used."""
        for kind in AddressKind if self.suppressed else ():
            address = contact.address(kind)
            reason = address and self.suppressed.reason(kind, address, internal=self.internal)
            if reason:
                contact = contact.without(kind, reason.words)
        if self.suppressed and self.internal and contact.phone and self.suppressed.ends_texts(contact.phone):
            stopped = Barred(ChannelKind.SMS, SuppressionReason.OPTED_OUT.words)
            contact = replace(contact, barred=(*contact.barred, stopped))
        return contact

    def agreed(self, contact: Contact) -> Contact:
        """Return the person, barred from the kinds of channels that they did not agree to."""
        if self.internal or not (self.required or contact.consents):
            return contact
        barred = [
            Barred(kind, objection)
            for kind, address in self.kinds.items()
            if contact.address(address) and (objection := self._objection(contact, kind))
        ]
        return replace(contact, barred=(*contact.barred, *barred)) if barred else contact

    def _objection(self, contact: Contact, kind: str) -> str:
        said = answer(contact.consents, kind, self.purpose)
        if said is None:
            return "without consent" if self.required else ""
        return "" if said else "declined"


@dataclass(slots=True)
class Permitted:
    """People, each with only what may be used.

    The few people with a suppression are found once and kept. Asking for each address every time would cost
    more than reading it.
    """

    people: Iterable[Contact]
    permission: Permission
    _concerned: dict[int, Contact] | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Contact]:
        return map(self.permission.agreed, self._unsuppressed())

    def _unsuppressed(self) -> Iterator[Contact]:
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
            usable = self.permission.unsuppressed(contact)
            if usable is not contact:
                concerned[place] = usable
            yield usable
        self._concerned = concerned
