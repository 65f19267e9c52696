"""What an organisation knows of the person behind a phone number, as far as the hotline needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from broadcast.model.text import printable

_LONGEST_NAME = 60
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?(?:\..*)?", re.ASCII)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /-]{0,19}", re.ASCII)
_TRUE = frozenset({"true", "1", "yes", "ja", "x", "vip"})
#: What a source may know of a person.
FIELDS = ("locale", "name", "vip", "order", "order_state", "ticket")


class OrderState(StrEnum):
    """What can be said of an order; without a state, only that there is one."""

    RECEIVED = "received"
    SHIPPED = "shipped"
    READY = "ready"  # to be collected
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerContext:
    """What the contacts file, a service by HTTP, or the service desk knows about the caller's number.

    Attributes:
        locale: The language of the person; "" if it is not known.
        name: The name; only agents hear it, because a number can be forged.
        vip: Whether the person is handed over at once.
        order: The number of an open order; "" if there is none.
        order_state: What can be said of it.
        ticket: The number of an open ticket; "" if there is none.
    """

    locale: str = ""
    name: str = field(default="", repr=False)
    vip: bool = False
    order: str = field(default="", repr=False)
    order_state: OrderState = OrderState.RECEIVED
    ticket: str = field(default="", repr=False)


def caller_context(found: Mapping[str, str], states: Mapping[str, str]) -> CallerContext | None:
    """Return what a source found, under the names of `FIELDS`; None if none of it can be used.

    What cannot be said is left out: no value of a foreign system may cost the caller the call. `states`
    translates the source's own words for the state of an order.

    >>> caller_context({"locale": "de_AT", "vip": "yes", "order": "4711", "order_state": "sent"},
    ...                {"sent": "shipped"})
    CallerContext(locale='de-AT', vip=True, order_state=<OrderState.SHIPPED: 'shipped'>)
    """
    spelled = found.get("order_state", "").strip()
    state = states.get(spelled, spelled.lower())
    context = CallerContext(
        locale=_locale(found.get("locale", "")),
        name=_name(found.get("name", "")),
        vip=found.get("vip", "").strip().casefold() in _TRUE,
        order=_number(found.get("order", "")),
        order_state=OrderState(state) if state in set(OrderState) else OrderState.RECEIVED,
        ticket=_number(found.get("ticket", "")),
    )
    return None if context == CallerContext(order_state=context.order_state) else context


def _locale(spelled: str) -> str:
    match = _LOCALE.fullmatch(spelled.strip())
    if match is None:
        return ""
    language, country = match.groups()
    return f"{language.lower()}-{country.upper()}" if country else language.lower()


def _name(spelled: str) -> str:
    name = " ".join(printable(spelled).split())
    return name if len(name) <= _LONGEST_NAME else ""


def _number(spelled: str) -> str:
    number = spelled.strip().removeprefix("#")
    return number if _NUMBER.fullmatch(number) else ""
