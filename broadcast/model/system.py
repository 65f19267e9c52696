"""Names of systems that may be down: how they are written and compared."""

from __future__ import annotations

from collections.abc import Iterable

from broadcast.model.domain import ascii_domain

#: `--affects none`: nothing is down.
NOTHING = "none"


def system_name(spelled: str) -> str:
    """Return the name in the form in which it is compared: without case and outer spaces.

    A mail domain is written as in contacts: `@Müller.de` becomes `@xn--mller-kva.de`.
    """
    name = spelled.strip()
    domain = ascii_domain(name[1:]) if name.startswith("@") else None
    return f"@{domain}".lower() if domain else name.casefold()


def listed_systems(given: Iterable[str]) -> tuple[str, ...]:
    """Return every name once, in the given order: `a,b` is two names, and case makes no difference.

    The first spelling is kept, but `none` is always in lower case. Empty parts are left out.
    """
    names: dict[str, str] = {}
    for part in (part.strip() for one in given for part in one.split(",")):
        name = system_name(part)
        if name:
            names.setdefault(name, NOTHING if name == NOTHING else part)
    return tuple(names.values())
