"""What is known about a caller, for one call."""

from __future__ import annotations

from dataclasses import dataclass, field

from broadcast.model.caller_context import CallerContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The person who calls.

    Attributes:
        number: In E.164; "" if it is withheld.
        line: The kind of line: `mobile`, `landline`, `voip`, or "" if the numbering plan does not tell.
        context: What is known about them; None if nothing is, or nothing came in time.
        calls: How often the number called within the last hour, this call included.
        links: How many SMS the hotline sent to the number within the last day.
        last_locale: The language of the number's last call; "" if there was none.
    """

    number: str = field(default="", repr=False)
    line: str = ""
    context: CallerContext | None = None
    calls: int = 1
    links: int = 0
    last_locale: str = ""

    @property
    def vip(self) -> bool:
        """Whether the person is handed over at once."""
        return self.context is not None and self.context.vip
