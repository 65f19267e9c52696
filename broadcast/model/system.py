"""Names of systems that may be down: how they are typed and compared."""

from __future__ import annotations

from collections.abc import Iterable

from broadcast.model.domain import ascii_domain

#: `--affects none`: nothing is down.
NOTHING = "none"


def system_name(spelled: str) -> str:
    """Return the name as it is compared: without case and without space around it.

    A mail domain is spelled as in contacts: `@Müller.de` is `@xn--mller-kva.de`.
    """
    name = spelled.strip()
    domain = ascii_domain(name[1:]) if name.startswith("@") else None
    return f"@{domain}".lower() if domain else name.casefold()


def listed_systems(given: Iterable[str]) -> tuple[str, ...]:
    """Return every name in the order given, once: `a,b` is two names, and case makes no difference.

    The first spelling is kept, but `none` is always written so. Parts without a name are left out.
    """
    names: dict[str, str] = {}
    for part in (part.strip() for one in given for part in one.split(",")):
        name = system_name(part)
        if name:
            names.setdefault(name, NOTHING if name == NOTHING else part)
    return tuple(names.values())
