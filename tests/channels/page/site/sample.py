"""Sample pages: what an organisation would have published, for tests, screenshots and the documentation.

`python -m tests.channels.page.site.sample FOLDER` writes one page per scene below FOLDER.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.channels.page.site.adapter import Site
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.letterhead import Letterhead
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, Outcome
from broadcast.model.outgoing import Headline, Outgoing

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 11, 16, 14, 5, tzinfo=BERLIN)
COMPONENTS: Mapping[str, object] = {
    "orders": {"de": "Bestellen und Bezahlen", "en": "Orders and payments"},
    "shop": {"de": "Online-Shop", "en": "Online shop"},
    "chat": {"de": "Chat", "en": "Chat"},
    "mail": {"de": "E-Mail-Support", "en": "E-mail support"},
    "phone": {"de": "Telefon", "en": "Phone"},
    "app": {"de": "Fahrer-App", "en": "Driver app"},
}
LETTERHEAD = Letterhead(
    footer=(("", "Musterstraße 1, 10115 Berlin"),),
    imprint_url=(("de", "https://muster.example/impressum"), ("en", "https://muster.example/imprint")),
    privacy_url=(("de", "https://muster.example/datenschutz"),),
    organisation="Muster Handel",
    locale="de",
)
CHAT = (Service("Chat", component="chat"), Service("E-Mail-Support", component="mail"))
KINDS = {
    Phase.RESOLVED: NoticeKind.RESOLUTION,
    Phase.RETRACTED: NoticeKind.RETRACTION,
    Phase.SCHEDULED: NoticeKind.MAINTENANCE,
    Phase.IN_PROGRESS: NoticeKind.MAINTENANCE,
    Phase.COMPLETED: NoticeKind.MAINTENANCE,
    Phase.CANCELLED: NoticeKind.MAINTENANCE,
}


def site(folder: Path, letterhead: Letterhead = LETTERHEAD, **options: object) -> Site:
    """The adapter as the configuration would build it."""
    settings = ChannelSettings(
        name="site",
        adapter="site",
        origin="broadcast.toml, [channels.site]",
        folder=folder,
        options={"path": "public", "url": "https://status.muster.example", **options},
        letterhead=letterhead,
    )
    return Site.from_settings(settings, _nowhere())


def _nowhere() -> Transport:
    nothing: Any = None
    return nothing


def outgoing(key: str = "", **facts: Any) -> Outgoing:
    """One message to the page; `de` and `en` are its texts, `title_en` the English headline."""
    german = Message(locale="de", text=facts.pop("de", "Wir suchen die Ursache."), subject=facts.get("title"))
    english = Message(
        locale="en",
        text=facts.pop("en", "We are looking for the cause."),
        subject=facts.pop("title_en", None),
    )
    thread = facts.pop("thread", None)
    phase = facts.get("phase", Phase.INVESTIGATING)
    sequence = facts.get("sequence", 1)
    usual = NoticeKind.INITIAL if sequence == 1 else NoticeKind.UPDATE
    head = replace(
        Headline(
            incident="INC-7",
            sequence=1,
            title="Chat und E-Mail-Support",
            kind=facts.pop("kind", KINDS.get(phase, usual)),
            phase=phase,
            severity=Severity.SEV1,
            drill=False,
            organisation="Muster Handel",
            services=CHAT,
            as_of=NOW,
            started=NOW - timedelta(minutes=25),
            hotline="+49 30 23125000",
        ),
        **facts,
    )
    return Outgoing(
        key=key or f"key-{head.incident.lower()}-{head.sequence}",
        message=german,
        headline=head,
        thread=thread,
        translations=(english,),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One step of an incident: minutes after its start, phase, and both texts."""

    minutes: int
    phase: Phase
    de: str
    en: str
    next_update: int | None = None


def incident(ref: str, started: datetime, beats: Sequence[Beat], **facts: Any) -> Iterator[Outgoing]:
    """The messages of one incident."""
    for sequence, beat in enumerate(beats, 1):
        as_of = started + timedelta(minutes=beat.minutes)
        closed = beat.phase in {Phase.RESOLVED, Phase.COMPLETED}
        yield outgoing(
            incident=ref,
            sequence=sequence,
            phase=beat.phase,
            de=beat.de,
            en=beat.en,
            as_of=as_of,
            ended=as_of if closed else None,
            next_update=as_of + timedelta(minutes=beat.next_update) if beat.next_update else None,
            **{"started": started, **facts},
        )


OUTAGE = (
    Beat(
        minutes=5,
        phase=Phase.INVESTIGATING,
        de="Chat und E-Mail-Support sind gestört. Nachrichten kommen bei uns nicht an.\n\n"
        "Bestellen und Bezahlen geht. Bitte rufen Sie uns an, wenn Sie Hilfe brauchen.\n\n"
        "Wir suchen die Ursache.",
        en="Chat and e-mail support are down. Messages do not reach us.\n\n"
        "Orders and payments work. Please call us if you need help.\n\nWe are looking for the cause.",
        next_update=30,
    ),
    Beat(
        minutes=25,
        phase=Phase.IDENTIFIED,
        de="Die Ursache ist gefunden: ein Fehler bei einem Anbieter, über den unsere Nachrichten laufen. "
        "Die Lösung läuft.\n\nNoch gestört:\n- Chat\n- E-Mail-Support\n\nHilfe gibt es am Telefon.",
        en="The cause is found: a fault at a provider that carries our messages. The fix is under way.\n\n"
        "Still down:\n- Chat\n- E-mail support\n\nHelp is available by phone.",
        next_update=30,
    ),
)
WATCHED = Beat(
    minutes=70,
    phase=Phase.MONITORING,
    de="Chat und E-Mail-Support gehen wieder. Bitte senden Sie Anfragen seit 13:40 Uhr noch einmal.",
    en="Chat and e-mail support work again. Please resend requests made since 13:40.",
    next_update=60,
)
OVER = Beat(
    minutes=95,
    phase=Phase.RESOLVED,
    de="Die Störung ist behoben. Es sind keine Daten verloren gegangen. Wir bitten um Entschuldigung.",
    en="The incident is over. No data was lost. We are sorry.",
)
TITLES = {"title": "Chat und E-Mail-Support", "title_en": "Chat and e-mail support"}


def past() -> Iterator[Outgoing]:
    """Two weeks that were not entirely quiet."""
    day = timedelta(days=1)
    yield from incident(
        "INC-3",
        NOW.replace(hour=9, minute=10) - 11 * day,
        (
            Beat(
                minutes=6,
                phase=Phase.INVESTIGATING,
                de="Der Online-Shop lädt langsam.",
                en="The online shop is slow.",
                next_update=60,
            ),
            Beat(
                minutes=48,
                phase=Phase.RESOLVED,
                de="Der Online-Shop ist wieder so schnell wie gewohnt.",
                en="The online shop is as fast as usual again.",
            ),
        ),
        title="Online-Shop lädt langsam",
        title_en="Online shop is slow",
        severity=Severity.SEV3,
        services=(Service("Online-Shop", component="shop"),),
    )
    yield from incident(
        "INC-4",
        NOW.replace(hour=2, minute=0) - 8 * day,
        (
            Beat(
                minutes=-2880,
                phase=Phase.SCHEDULED,
                de="Wir erneuern die Telefonanlage.",
                en="We renew our telephones.",
            ),
            Beat(
                minutes=0,
                phase=Phase.IN_PROGRESS,
                de="Die Wartung hat begonnen.",
                en="The maintenance has begun.",
            ),
            Beat(
                minutes=85,
                phase=Phase.COMPLETED,
                de="Die neue Telefonanlage läuft.",
                en="The new telephones work.",
            ),
        ),
        title="Neue Telefonanlage",
        title_en="New telephones",
        severity=Severity.SEV4,
        services=(Service("Telefon", component="phone"),),
    )
    yield from incident(
        "INC-5",
        NOW.replace(hour=16, minute=32) - 4 * day,
        (
            Beat(
                minutes=3,
                phase=Phase.INVESTIGATING,
                de="Die Fahrer-App ist gestört.",
                en="The driver app is down.",
                next_update=30,
            ),
            Beat(
                minutes=14,
                phase=Phase.RETRACTED,
                de="Unsere Meldung von 16:35 Uhr war falsch. Es gab keine Störung. Sie müssen nichts tun. "
                "Wir bitten um Entschuldigung.",
                en="Our 16:35 message was wrong. There was no outage. No action needed. We are sorry.",
            ),
        ),
        title="Fahrer-App",
        title_en="Driver app",
        severity=Severity.SEV2,
        services=(Service("Fahrer-App", component="app"),),
    )


def outage(*more: Beat, **facts: Any) -> Iterator[Outgoing]:
    """The incident of the day."""
    yield from incident("INC-7", NOW - timedelta(minutes=25), (*OUTAGE, *more), **TITLES, **facts)


def shop() -> Iterator[Outgoing]:
    """A second one at the same time."""
    yield from incident(
        "INC-8",
        NOW - timedelta(minutes=8),
        (
            Beat(
                minutes=5,
                phase=Phase.INVESTIGATING,
                de="Seiten im Online-Shop laden langsam. Bestellungen kommen an.",
                en="Pages of the online shop load slowly. Orders arrive.",
                next_update=60,
            ),
        ),
        title="Online-Shop lädt langsam",
        title_en="Online shop is slow",
        severity=Severity.SEV3,
        services=(Service("Online-Shop", component="shop"),),
    )


def maintenance(*phases: Phase) -> Iterator[Outgoing]:
    """Announced work on the telephones."""
    started = NOW.replace(hour=22, minute=0) if phases == (Phase.SCHEDULED,) else NOW - timedelta(minutes=4)
    texts = {
        Phase.SCHEDULED: (
            -600,
            "Wir erneuern die Telefonanlage. In dieser Zeit erreichen Sie uns per Chat und E-Mail.",
            "We renew our telephones. Meanwhile you reach us by chat and e-mail.",
        ),
        Phase.IN_PROGRESS: (0, "Die Wartung hat begonnen.", "The maintenance has begun."),
    }
    yield from incident(
        "INC-9",
        started,
        [
            Beat(minutes=minutes, phase=phase, de=de, en=en)
            for phase in phases
            for minutes, de, en in (texts[phase],)
        ],
        title="Neue Telefonanlage",
        title_en="New telephones",
        severity=Severity.SEV4,
        services=(Service("Telefon", component="phone"),),
        window_ends=started + timedelta(hours=2),
    )


def reopened() -> Iterator[Outgoing]:
    """The all-clear was wrong."""
    yield from outage(WATCHED, OVER)
    as_of = NOW + timedelta(minutes=90)
    yield outgoing(
        sequence=5,
        kind=NoticeKind.RETRACTION,
        as_of=as_of,
        corrects=NOW + timedelta(minutes=70),
        next_update=as_of + timedelta(minutes=30),
        de="Noch gestört: Chat und E-Mail-Support.\n\nNachrichten kommen noch nicht an.",
        en="Still down: chat and e-mail support.\n\nMessages still do not reach us.",
        **TITLES,
    )


def scenes() -> Mapping[str, Sequence[Outgoing]]:
    """Each state a page can be in."""
    return {
        "fine": [*past(), *outage(WATCHED, OVER)],
        "outage": [*past(), *outage()],
        "several": [*past(), *outage(), *shop(), *maintenance(Phase.SCHEDULED)],
        "watching": [*past(), *outage(WATCHED)],
        "maintenance": [*past(), *maintenance(Phase.SCHEDULED, Phase.IN_PROGRESS)],
        "announced": [*past(), *maintenance(Phase.SCHEDULED)],
        "correction": list(past()),
        "reopened": [*past(), *reopened()],
        "drill": [*past(), *outage(drill=True)],
    }


async def publish(adapter: Site, messages: Sequence[Outgoing]) -> Sequence[Outcome]:
    """Send the messages one after the other, as the engine would."""
    outcomes: list[Outcome] = []
    for message in messages:
        outcomes += await adapter.send([message])
    return outcomes


def main(folder: Path) -> None:
    """Write every scene."""
    for name, messages in scenes().items():
        outcomes = asyncio.run(publish(site(folder / name, components=COMPONENTS), messages))
        assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes


if __name__ == "__main__":
    main(Path(sys.argv[1]))
