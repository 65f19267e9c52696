"""The names of the people who have not confirmed a notice, for the texts of the escalation about them.

They are filled in when a message is sent, and are in no stored text: by then some may have confirmed, and a
person who is erased is in no text any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broadcast.ledger.answers import answers_to
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import NoticeText
from broadcast.model.ids import base_id
from broadcast.model.message import NOT_CONFIRMED
from broadcast.rendering.clean import one_line
from broadcast.rendering.phrase import enumerated
from broadcast.rendering.words import words_for

_MOST = 3  # an SMS has no room for more


def not_confirmed(
    ledger: Ledger, notice: int, texts: Sequence[NoticeText]
) -> Mapping[str, Mapping[str, str]]:
    """Return the value of `contact.not_confirmed` for each language of these texts; empty if none uses it."""
    locales = {text.message.locale for text in texts if NOT_CONFIRMED in text.message.slots}
    about = ledger.escalations.about(notice) if locales else None
    found = None if about is None else answers_to(ledger, about)
    if found is None:
        return {}
    names = dict.fromkeys(one_line(one.name) or base_id(one.id) for one in found.not_confirmed)
    return {locale: {NOT_CONFIRMED: enumerated([*names], words_for(locale), _MOST)} for locale in locales}
