"""Where a provider leads the calls of one of our numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRoute:
    """The address that the provider asks what a caller hears, and the one if that fails.

    Attributes:
        ref: The provider's id of the number.
        number: The number in E.164.
        url: The address for calls; "" if none is set.
        method: GET or POST.
        fallback: The address if the first one fails; "" if none is set.
        status: The address that is told when a caller hangs up; "" if none is set.
        instead: What takes the place of both at the provider ("an application"); "" if nothing does.
    """

    ref: str
    number: str
    url: str
    method: str = "POST"
    fallback: str = ""
    status: str = ""
    instead: str = ""
