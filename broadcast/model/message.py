"""A rendered text, ready for one kind of channel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

SLOT_OPEN = "\ue000"
SLOT_CLOSE = "\ue001"
#: The slot for a person's own link to confirm a notice with.
CONFIRM_URL = "confirm_url"
#: The slot for the people who have not confirmed another notice.
NOT_CONFIRMED = "not_confirmed"
_SLOT = re.compile(f"{SLOT_OPEN}([A-Za-z0-9_]*){SLOT_CLOSE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One text for one channel kind, audience and locale.

    `subject` is the subject of an e-mail or the headline of a page. If the template uses `contact.<name>`,
    the text holds a slot between two private-use characters and `slots` names it.
    """

    locale: str
    text: str
    subject: str | None = None
    html: str | None = None
    slots: tuple[str, ...] = ()

    def personal(self, values: dict[str, str]) -> Message:
        """Return this message with every slot filled; values are escaped in the HTML part."""
        if not self.slots:
            return self
        # In one pass, so that a slot inside a value is not filled.
        escaped = {name: escape(value) for name, value in values.items()}
        return Message(
            locale=self.locale,
            text=_filled(self.text, values),
            subject=self.subject and _filled(self.subject, values),
            html=self.html and _filled(self.html, escaped),
        )


def _filled(text: str, values: dict[str, str]) -> str:
    return _SLOT.sub(lambda slot: values.get(slot[1], ""), text)


def without_slots(text: str) -> str:
    """Return a text for a preview: what is filled in for each person is only named.

    Example:
        >>> without_slots("Hello \ue000name\ue001")
        'Hello <name>'
    """
    return _SLOT.sub(lambda slot: f"<{slot[1]}>", text)
