"""What is down, and what that takes with it: channels by what they depend on, people by their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from broadcast.model.contact import AddressKind, Contact
from broadcast.model.domain import ascii_domain
from broadcast.planning.ways import Way

#: What people say is down, and what else depends on it. `[fates]` in the configuration adds to these.
SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "outlook": ("microsoft",),
    "exchange": ("microsoft",),
    "teams": ("microsoft",),
    "microsoft365": ("microsoft",),
    "office365": ("microsoft",),
    "azure": ("microsoft",),
    "gmail": ("google",),
    "chatgpt": ("openai",),
    "twitter": ("x",),
    "festnetz": ("landline",),
    "telephone": ("landline", "mobile", "voip"),
    "mobilfunk": ("mobile",),
}
#: The kinds of line behind a phone number; a message to it needs that network.
LINES = frozenset({"landline", "mobile", "voip"})


def _nobody_knows(number: str) -> str:
    del number
    return ""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What channels and addresses depend on.

    `systems` maps a system's name, or a mail domain (`@firma.de`), to fates. `line` tells the kind of line
    behind a phone number in E.164, or "" where nobody knows. `found` maps what was found to be down, though
    nobody said so, to since when and by whom.
    """

    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    line: Callable[[str], str] = _nobody_knows
    found: Mapping[str, str] = field(default_factory=dict)

    def outage(self, affects: Iterable[str]) -> Outage:
        """What goes down with the named systems, and with those that were found to be."""
        names = [spelling for name in affects for spelling in (name, name.lower())]
        fates = {fate for name in names for fate in (*SYSTEMS.get(name, ()), *self.systems.get(name, ()))}
        said = frozenset({*names, *fates})
        return Outage(said.union(self.found), self, said)

    def of_channel(self, way: Way) -> frozenset[str]:
        """What takes the channel with it: its own failure, its adapter's, its fates."""
        return frozenset({way.name, way.adapter, *way.fate})

    def of_address(self, kind: AddressKind | None, contact: Contact) -> frozenset[str]:
        """What takes the address with it: the phone network, or whoever keeps the mailbox."""
        if kind is AddressKind.PHONE:
            return frozenset(filter(None, (self.line(contact.phone or ""),)))
        _, _, domain = (contact.email or "").rpartition("@")
        return frozenset(self.systems.get(f"@{domain}", ())) if domain else frozenset()

    def known(self, ways: Iterable[Way]) -> list[str]:
        """Every name that an outage may have."""
        channels = {name for way in ways for name in self.of_channel(way)}
        mailboxes = {fate for fates in self.systems.values() for fate in fates}
        named = {name for name in self.systems if not name.startswith("@")}
        return sorted({*channels, *mailboxes, *named, *SYSTEMS, *LINES})


@dataclass(frozen=True, slots=True)
class Outage:
    """Systems that are down, and how far that reaches; `said` are those that somebody named."""

    fates: frozenset[str] = frozenset()
    dependencies: Dependencies = field(default_factory=Dependencies)
    said: frozenset[str] = frozenset()

    def takes(self, way: Way) -> bool:
        """Whether the channel is down with them."""
        return not self.fates.isdisjoint(self.dependencies.of_channel(way))

    def cuts_off(self, way: Way, contact: Contact) -> bool:
        """Whether the channel works, but not to this person's address."""
        kind = way.capabilities.address
        if kind is AddressKind.PHONE and self.fates.isdisjoint(LINES):
            return False  # what line it is takes time to find out
        return not self.fates.isdisjoint(self.dependencies.of_address(kind, contact))

    def silences(self, value: str, fates: Iterable[str] = ()) -> bool:
        """Whether a number, an address or a link of ours is down with it, which depends on `fates`."""
        domain = ascii_domain(value.rpartition("@")[2]) if "@" in value else ""
        line = "" if self.fates.isdisjoint(LINES) or domain else self.dependencies.line(value)
        mailbox = self.dependencies.systems.get(f"@{domain}", ()) if domain else ()
        return not self.fates.isdisjoint({*fates, *mailbox, line} - {""})

    def found(self, way: Way) -> str:
        """Since when and by whom the channel was found to be down; "" where it works or somebody said so."""
        causes = self.fates & self.dependencies.of_channel(way)
        noted = [self.dependencies.found[cause] for cause in sorted(causes - self.said)]
        return noted[0] if noted and causes.isdisjoint(self.said) else ""

    def because(self, way: Way) -> str:
        """What of it takes the channel down."""
        return ", ".join(sorted(self.fates & self.dependencies.of_channel(way)))


NONE = Outage()
