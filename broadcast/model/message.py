"""A rendered text, ready for one kind of channel."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

SLOT_OPEN = "\ue000"
SLOT_CLOSE = "\ue001"


@dataclass(frozen=True, slots=True)
class Message:
    """One text for one channel kind, audience and locale.

    `subject` is an e-mail's subject or a page's headline. Where the template used `contact.<name>`,
    the text holds a slot between two private-use characters and `slots` names it.
    """

    locale: str
    text: str
    subject: str | None = None
    html: str | None = None
    slots: tuple[str, ...] = ()

    def personal(self, values: dict[str, str]) -> Message:
        """This message with every slot filled; values are escaped in the HTML part."""
        if not self.slots:
            return self
        text, subject, html = self.text, self.subject, self.html
        for name in self.slots:
            slot, value = f"{SLOT_OPEN}{name}{SLOT_CLOSE}", values.get(name, "")
            text = text.replace(slot, value)
            subject = subject and subject.replace(slot, value)
            html = html and html.replace(slot, escape(value))
        return Message(self.locale, text, subject, html)
