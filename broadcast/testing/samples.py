"""Messages for tests of adapters."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from broadcast.model.clock import SystemClock
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Thread
from broadcast.model.outgoing import Headline, Outgoing

#: Text that breaks careless encoders: umlauts, emoji, right-to-left, markup, lone dots, quotes, long lines.
NASTY = (
    "[INC-7/1] Störung im Bezahlvorgang: für größere Bestellungen gilt „später“.",
    "[INC-7/1] 🚨👩‍🚒 Ausfall ❗ 1️⃣",
    "[INC-7/1] תקלה במערכת التشغيل",
    '[INC-7/1] <b>R&D</b> "50 %" + 100% \\n {{ x }} $HOME \'; --',
    "[INC-7/1] first\n.\n..two\nFrom here on\n\nlast",
    "[INC-7/1] " + "wort " * 200 + "ende",
    "[INC-7/1] " + "ä" * 1200 + " ende",
)


def headline(sequence: int = 1, phase: Phase = Phase.INVESTIGATING) -> Headline:
    """Return the facts of the `sequence`-th notice of INC-7."""
    return Headline(
        incident="INC-7",
        sequence=sequence,
        title="Störung im Bezahlvorgang",
        kind=NoticeKind.INITIAL if sequence == 1 else NoticeKind.UPDATE,
        phase=phase,
        severity=Severity.SEV2,
        drill=False,
        organisation="Muster Handel",
        services=(Service("Bezahlvorgang", component="abc123"),),
        as_of=datetime(2026, 5, 4, 14, 30, tzinfo=UTC),
        started=datetime(2026, 5, 4, 14, 5, tzinfo=UTC),
    )


def outgoing(
    address: str | None,
    *,
    text: str = "[INC-7/1] Im Shop können Sie zurzeit nicht bezahlen.",
    sequence: int = 1,
    thread: Thread | None = None,
    key: str = "k7f3qz2m5x4wlb6daorvtc2n",
) -> Outgoing:
    """Return a message to `address`, or to everybody if it is None."""
    html = f"<p>{escape(text)}</p>".replace("\n", "<br>")
    message = Message(locale="de", text=text, subject="Störung im Bezahlvorgang", html=html)
    return Outgoing(
        key=f"{key}{sequence}",
        message=message,
        headline=headline(sequence),
        address=address,
        name="Erika Muster",
        thread=thread,
    )


def now() -> datetime:
    """Return the present time, as the beginning of an attempt."""
    return SystemClock().now()
