"""The effect of an outage: which channels are down, and which people cannot be reached at an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from broadcast.model.contact import AddressKind, Contact
from broadcast.model.system import system_name
from broadcast.planning.fates import SYSTEMS, Fates
from broadcast.planning.planned_channel import PlannedChannel

#: The kinds of line of a phone number; a message to it needs that network.
LINES = frozenset({"landline", "mobile", "voip"})


def _unknown_line(number: str) -> str:
    del number
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The dependencies of channels, addresses and contact points, direct and indirect.

    `systems` maps a system's name, or a mail domain (`@firma.de`), to its dependencies. `line` returns the
    kind of line of a phone number in E.164, or "" if that is not known. `found` maps what was observed to be
    down to since when and by whom. `channels` has the dependencies of every configured channel, and `needed`
    the other names that something depends on directly.
    """

    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    line: Callable[[str], str] = _unknown_line
    found: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    fates: Fates = field(init=False, repr=False, compare=False)
    _needed: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the graph once, because it is used for every address."""
        fates = Fates(self.systems, self.channels)
        mailboxes = (name for name in self.systems if name.startswith("@"))
        needed = {*self.needed, *self.channels, *mailboxes, *LINES}
        object.__setattr__(self, "fates", fates)
        object.__setattr__(self, "_needed", fates.behind(needed))
        object.__setattr__(self, "found", {system_name(name): note for name, note in self.found.items()})

    def outage(self, affects: Iterable[str]) -> Outage:
        """Return the outage of the named systems, together with those observed to be down."""
        said = self.named(affects)
        return Outage(said.union(self.found), self, said)

    def named(self, systems: Iterable[str]) -> frozenset[str]:
        """Return what is down if these are, as `Fates.named` defines it."""
        return self.fates.named(systems, self._needed)

    def behind(self, name: str, adapter: str, fate: Iterable[str]) -> frozenset[str]:
        """Return what a channel depends on beside itself and its adapter."""
        fates = list(fate)
        own = frozenset() if fates else self.fates.of_thing(adapter)
        return self.fates.behind(fates) | self.fates.of_thing(name) | own

    def of_channel(self, channel: PlannedChannel) -> frozenset[str]:
        """Return what a channel depends on: itself, its adapter, and everything behind them."""
        own = {system_name(channel.name), system_name(channel.adapter)}
        return self.behind(channel.name, channel.adapter, channel.fate) | own

    def of_address(self, kind: AddressKind | None, contact: Contact) -> frozenset[str]:
        """Return what an address depends on: the phone network, or the mailbox provider."""
        if kind is AddressKind.PHONE:
            return self.of_number(contact.phone or "")
        _, _, domain = (contact.email or "").rpartition("@")
        return self.of_mailbox(domain)

    def of_number(self, number: str) -> frozenset[str]:
        """Return what a phone number depends on."""
        return self.fates.behind(filter(None, (self.line(number),)))

    def of_mailbox(self, domain: str) -> frozenset[str]:
        """Return what the mailboxes of a domain depend on."""
        return self.fates.behind((f"@{domain}",)) if domain else frozenset()

    def groups(self) -> list[str]:
        """Return the names of groups: nothing depends on them, and they stand for several others."""
        return self.fates.groups(self._needed)

    def known(self, channels: Iterable[PlannedChannel]) -> list[str]:
        """Return every name that an outage may have."""
        systems = {name for channel in channels for name in self.of_channel(channel)}
        mailboxes = {system_name(fate) for fates in self.systems.values() for fate in fates}
        named = map(system_name, self.systems)
        every = {*systems, *mailboxes, *named, *self._needed, *SYSTEMS, *LINES}
        return sorted(name for name in every if not name.startswith("@"))


@dataclass(frozen=True, slots=True)
class Outage:
    """Systems that are down, and their effect; `said` are those that the commander named."""

    fates: frozenset[str] = frozenset()
    dependencies: Dependencies = field(default_factory=Dependencies)
    said: frozenset[str] = frozenset()

    def takes(self, channel: PlannedChannel) -> bool:
        """Return whether the channel is down with them."""
        return not self.fates.isdisjoint(self.dependencies.of_channel(channel))

    def cuts_off(self, channel: PlannedChannel, contact: Contact) -> bool:
        """Return whether the channel works, but not to this person's address."""
        kind = channel.capabilities.address
        if kind is AddressKind.PHONE and not self._takes_lines:
            return False  # finding the kind of line takes time
        return not self.fates.isdisjoint(self.dependencies.of_address(kind, contact))

    def silences(self, value: str, name: str, fates: Iterable[str], services: Iterable[str] = ()) -> bool:
        """Return whether a number, an address or a link of ours is down with it.

        It has a `name` in the configuration and depends on `fates`; `services` are disturbed as well.
        """
        depends = self.dependencies
        behind = depends.fates.behind(fates) | depends.fates.of_thing(name) | {system_name(name)}
        if "@" in value:
            behind |= depends.of_mailbox(value.rpartition("@")[2])
        elif self._takes_lines:
            behind |= depends.of_number(value)
        return not behind.isdisjoint(self.fates.union(map(system_name, services)))

    def found(self, channel: PlannedChannel) -> str:
        """Return since when and by whom the channel was observed to be down; "" otherwise."""
        causes = self.fates & self.dependencies.of_channel(channel)
        noted = [self.dependencies.found[cause] for cause in sorted(causes - self.said)]
        return noted[0] if noted and causes.isdisjoint(self.said) else ""

    def because(self, channel: PlannedChannel) -> str:
        """Return the system that takes the channel down."""
        return ", ".join(sorted(self.fates & self.dependencies.of_channel(channel)))

    @property
    def _takes_lines(self) -> bool:
        return bool(self.fates) and not self.fates.isdisjoint(self.dependencies.fates.behind(LINES))


NONE = Outage()
