"""The graph of dependencies between systems, direct and indirect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from broadcast.model.system import system_name

#: Known dependencies of systems that people name. `[fates]` in the configuration adds to these.
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


class Fates:
    """The graph of all dependencies. `system_name` normalises names; cycles are allowed.

    `said` is `[fates]`: the dependencies of a system or a mail domain (`@firma.de`). `channels` are those of
    each configured channel.
    """

    def __init__(
        self, said: Mapping[str, Iterable[str]], channels: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._said = _graph(said)
        self._all = _graph(SYSTEMS, said, channels or {})
        self._known: dict[str, frozenset[str]] = {}

    def behind(self, names: Iterable[str]) -> frozenset[str]:
        """Return these names and all that they depend on, directly and indirectly."""
        return frozenset().union(*(self._behind(system_name(name)) for name in names))

    def of_thing(self, name: str) -> frozenset[str]:
        """Return the dependencies of a channel or an address called `name`, from its own name in `[fates]`.

        A channel that is only called `teams` need not belong to Microsoft.
        """
        return self.behind(self._said.get(system_name(name), ()))

    def named(self, names: Iterable[str], needed: frozenset[str]) -> frozenset[str]:
        """Return what is down if these are: each name, its synonym, and the parts of a group.

        `needed` are the names that something depends on. A name in `[fates]` that is not among them is a
        group: `office = ["office-network", "landline"]`.
        """
        down: set[str] = set()
        waiting = [system_name(name) for name in names]
        while waiting:
            name = waiting.pop()
            if name not in down:
                down.add(name)
                waiting += map(system_name, SYSTEMS.get(name, ()))
                waiting += self._said.get(name, ()) if name not in needed else ()
        return frozenset(down)

    def groups(self, needed: frozenset[str]) -> list[str]:
        """Return the names that stand for several others only, without mail domains."""
        names = (name for name in {*self._said, *SYSTEMS} - needed if not name.startswith("@"))
        return sorted(name for name in names if len(self._all.get(name, ())) > 1)

    def _behind(self, name: str) -> frozenset[str]:
        if name not in self._known:
            found, waiting = {name}, [name]
            while waiting:
                further = self._all.get(waiting.pop(), frozenset()) - found
                found |= further
                waiting += further
            self._known[name] = frozenset(found)
        return self._known[name]


def _graph(*tables: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return one graph of all tables; two spellings of a name are one system."""
    graph: dict[str, set[str]] = {}
    for table in tables:
        for name, fates in table.items():
            graph.setdefault(system_name(name), set()).update(map(system_name, fates))
    return {name: frozenset(fates) for name, fates in graph.items()}
