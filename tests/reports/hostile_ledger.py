"""Text that tries to become something else, put wherever a report shows text from outside."""

from __future__ import annotations

from broadcast.ledger.records import NoticeText
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Service
from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN, Message
from tests.reports.filled_ledger import Chronicle, Try, at, owed, person

EVIL = (
    "# <script>alert(1)</script> **bold** _it_ `code` [click](https://evil.example) ![x](https://evil.example/x.png)"
    " | cell | https://evil.example www.evil.example <b>&amp;</b> \"'> ~~gone~~ $x$ \\* {{7*7}}"
)
TEXT = f"```\n{EVIL}\n````\n</pre></div>\n- [ ] tick\n\nHello {SLOT_OPEN}name{SLOT_CLOSE}\x1b[2J\u202eoops"
TEXT_SHOWN = f"```\n{EVIL}\n````\n</pre></div>\n- [ ] tick\n\nHello {{contact.name}}" + r"\x1b[2J\u202eoops"


def hostile(chronicle: Chronicle) -> None:
    """An incident that says evil things in every field."""
    victim = person("c1", name=f"1. {EVIL}", email='"<img src=x>"@kunde.example')
    planned = [
        owed(victim, state=DeliveryState.FAILED, reason=EVIL, audience=EVIL),
        owed(person("c2"), (EVIL, "sms")),
    ]
    texts = [NoticeText(EVIL, EVIL, Message(locale=EVIL, text=TEXT, subject=EVIL))]
    services = (Service(EVIL),)
    notice = chronicle.publish(6, planned, texts=texts, title=EVIL, services=services, next_update=30)
    fate = [Try(EVIL, "rejected", 7, EVIL), Try("sms", "accepted", 8)]
    chronicle.send(notice, 6.5, {"c2": fate})
    chronicle.deliveries(notice).note(EVIL, EVIL, at(9), EVIL)
    chronicle.deliveries(notice).breaker_opened(EVIL, EVIL, at(9))
