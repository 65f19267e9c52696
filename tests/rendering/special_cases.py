"""The special cases of texts to customers: what is the case, and the text message word by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import ContactPoint, Facts
from broadcast.model.situation import Situation
from broadcast.rendering.samples import sample_facts

MAIL_ALONE = (ContactPoint("email", "hilfe@muster.example"),)


def at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2025, 11, day, int(hour), int(minute), tzinfo=ZoneInfo("Europe/Berlin"))


def service(german: str, english: str) -> Service:
    return Service(german, names=(("de", german), ("en", english)))


def told(situation: Situation, english: Mapping[str, str] | None = None, **changes: Any) -> Facts:
    """The facts of a situation, without a message unless one is given; `english` translates words."""
    wording = tuple(((name, "en"), words) for name, words in (english or {}).items())
    given = {"message": None, "data_loss": None, **changes}
    return replace(sample_facts(situation), **given, wording=wording)


def titled(situation: Situation, english: Mapping[str, str] | None = None, **changes: Any) -> Facts:
    """The same with a title, and no service."""
    english = {"title": "Card payments down", **(english or {})}
    return told(situation, english, **{"title": "Kartenzahlung gestört", "services": (), **changes})


CARD, SHOP = service("Kartenzahlung", "card payments"), service("Online-Shop", "online shop")
PHONE, ORDERS = service("Telefon", "phones"), service("Bestellungen", "orders")
SEARCH = service("Suche im Online-Shop", "search in the online shop")
ACCOUNT = service("Kundenkonto", "customer account")

#: Facts, and the text message in German and English without its link.
SPECIAL: dict[str, tuple[Facts, str, str]] = {
    "title only": (
        titled(
            Situation.INVESTIGATING,
            {"message": "You can pay by invoice."},
            message="Rechnung und Vorkasse gehen.",
        ),
        (
            "Muster Handel: Kartenzahlung gestört (seit 13:40). Rechnung und Vorkasse gehen. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Card payments down (since 13:40). You can pay by invoice. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, later": (
        titled(Situation.UPDATE),
        (
            'Muster Handel: Noch nicht behoben: "Kartenzahlung gestört" (seit 13:40). '
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            'Muster Handel: Not fixed yet: "Card payments down" (since 13:40). '
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, works": (
        titled(Situation.MONITORING),
        (
            'Muster Handel: Geht wieder. Gemeldet war: "Kartenzahlung gestört". Wir beobachten weiter. '
            "Neues um 14:35."
        ),
        (
            'Muster Handel: Working again. Earlier report: "Card payments down". We will keep monitoring. '
            "Next update 14:35."
        ),
    ),
    "title only, down again": (
        titled(Situation.DOWN_AGAIN),
        (
            'Muster Handel: Wieder gestört. Gemeldet war: "Kartenzahlung gestört". '
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            'Muster Handel: Down again. Earlier report: "Card payments down". '
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, resolved": (
        titled(Situation.RESOLVED),
        'Muster Handel: Behoben (13:40-14:22): "Kartenzahlung gestört". Bitte entschuldigen Sie die Störung.',
        'Muster Handel: Fixed (13:40-14:22): "Card payments down". We are sorry for the disruption.',
    ),
    "title only, false alarm": (
        titled(Situation.RETRACTION),
        (
            'Muster Handel KORREKTUR: Unsere Meldung von 13:40 war falsch: "Kartenzahlung gestört". '
            "Keine Störung. Sie müssen nichts tun."
        ),
        (
            'Muster Handel CORRECTION: our 13:40 message was wrong: "Card payments down". '
            "No outage. No action needed. We are sorry."
        ),
    ),
    "title only, maintenance off": (
        titled(
            Situation.CANCELLED,
            {"title": "Customer account maintenance"},
            title="Wartung des Kundenkontos",
        ),
        'Muster Handel: Am So, 16.11., fällt aus: "Wartung des Kundenkontos". Sie müssen nichts tun.',
        'Muster Handel: Cancelled for Sun 16 Nov: "Customer account maintenance". No action needed.',
    ),
    "no beginning": (
        told(Situation.INVESTIGATING, services=(CARD,), started=None),
        "Muster Handel: Gestört: Kartenzahlung. Gemeldet um 13:42. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Down: card payments. Reported at 13:42. Help: 030 23125000. Next update 14:35.",
    ),
    "no beginning, later": (
        told(Situation.UPDATE, services=(CARD,), started=None),
        "Muster Handel: Noch gestört: Kartenzahlung. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Still down: card payments. Help: 030 23125000. Next update 14:35.",
    ),
    "no beginning, resolved": (
        told(Situation.RESOLVED, services=(CARD,), started=None),
        "Muster Handel: Behoben um 14:22: Kartenzahlung. Bitte entschuldigen Sie die Störung.",
        "Muster Handel: Fixed at 14:22: card payments. We are sorry for the disruption.",
    ),
    "no end": (
        told(Situation.RESOLVED, services=(CARD,), ended=None),
        "Muster Handel: Behoben: Kartenzahlung. Bitte entschuldigen Sie die Störung.",
        "Muster Handel: Fixed: card payments. We are sorry for the disruption.",
    ),
    "no next update": (
        told(Situation.INVESTIGATING, services=(CARD,), next_update=None),
        "Muster Handel: Gestört seit 13:40: Kartenzahlung. Hilfe: 030 23125000. Neuer Stand:",
        "Muster Handel: Down since 13:40: card payments. Help: 030 23125000. Latest news:",
    ),
    "five services": (
        told(Situation.INVESTIGATING, services=(SHOP, ACCOUNT, ORDERS, CARD, PHONE)),
        (
            "Muster Handel: Gestört seit 13:40: Online-Shop, Kundenkonto und 3 weitere. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: online shop, customer account and 3 more. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "region": (
        told(
            Situation.INVESTIGATING,
            {"scope": "Hamburg and Kiel"},
            services=(PHONE,),
            scope="Hamburg und Kiel",
            hotline=None,
            phone_down=True,
            alternatives=MAIL_ALONE,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Telefon. Betroffen: Hamburg und Kiel. "
            "Hilfe: hilfe@muster.example. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: phones. Affected: Hamburg and Kiel. "
            "Help: hilfe@muster.example. Next update 14:35."
        ),
    ),
    "region, resolved": (
        told(
            Situation.RESOLVED,
            {"scope": "Hamburg and Kiel"},
            services=(PHONE,),
            scope="Hamburg und Kiel",
        ),
        (
            "Muster Handel: Behoben (13:40-14:22): Telefon. Das betraf: Hamburg und Kiel. "
            "Bitte entschuldigen Sie die Störung."
        ),
        (
            "Muster Handel: Fixed (down 13:40-14:22): phones. This affected: Hamburg and Kiel. "
            "We are sorry for the disruption."
        ),
    ),
    "phone down": (
        told(
            Situation.INVESTIGATING,
            services=(PHONE,),
            hotline=None,
            phone_down=True,
            alternatives=MAIL_ALONE,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Telefon. Bitte nicht anrufen. "
            "Schreiben Sie an hilfe@muster.example. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: phones. Please do not call. "
            "Write to hilfe@muster.example. Next update 14:35."
        ),
    ),
    "cut off": (
        told(
            Situation.INVESTIGATING,
            services=(SHOP, PHONE),
            hotline=None,
            phone_down=True,
            alternatives=(),
            cut_off=True,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Online-Shop, Telefon. Sie erreichen uns zurzeit nicht. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: online shop, phones. You cannot reach us at the moment. "
            "Next update 14:35."
        ),
    ),
    "minor": (
        told(Situation.INVESTIGATING, services=(SEARCH,), severity=Severity.SEV3),
        "Muster Handel: Eingeschränkt seit 13:40: Suche im Online-Shop. Hilfe: 030 23125000. Neues um 14:35.",
        (
            "Muster Handel: Limited since 13:40: search in the online shop. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "minor, later": (
        told(Situation.UPDATE, services=(SEARCH,), severity=Severity.SEV4),
        "Muster Handel: Seit 13:40 eingeschränkt: Suche im Online-Shop. Hilfe: 030 23125000. Neues um 14:35.",
        (
            "Muster Handel: Limited since 13:40: search in the online shop. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "minor, resolved": (
        told(Situation.RESOLVED, services=(SEARCH,), severity=Severity.SEV4),
        (
            "Muster Handel: Behoben (13:40-14:22): Suche im Online-Shop. "
            "Bitte entschuldigen Sie die Einschränkung."
        ),
        (
            "Muster Handel: Fixed (limited 13:40-14:22): search in the online shop. "
            "We are sorry for the trouble."
        ),
    ),
    "data in doubt": (
        told(
            Situation.INVESTIGATING,
            {"instruction": "Please do not order again.", "data_loss": "We are checking if orders are lost."},
            services=(ORDERS,),
            instruction="Bitte nicht neu bestellen.",
            data_loss="Wir prüfen, ob Bestellungen fehlen.",
        ),
        (
            "Muster Handel: Gestört seit 13:40: Bestellungen. Bitte nicht neu bestellen. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: orders. Please do not order again. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "data unclear at the end": (
        told(
            Situation.RESOLVED,
            {
                "instruction": "Please do not order again.",
                "data_loss": "We are still checking if orders are missing.",
            },
            services=(ORDERS,),
            instruction="Bitte nicht neu bestellen.",
            data_loss="Ob Bestellungen fehlen, prüfen wir noch.",
        ),
        (
            "Muster Handel: Behoben (13:40-14:22): Bestellungen. Ob Bestellungen fehlen, prüfen wir noch. "
            "Bitte nicht neu bestellen."
        ),
        (
            "Muster Handel: Fixed (down 13:40-14:22): orders. We are still checking if orders are missing. "
            "Please do not order again."
        ),
    ),
    "over midnight": (
        told(Situation.UPDATE, services=(SHOP,), started=at(15, "20:30"), next_update=at(17, "07:00")),
        (
            "Muster Handel: Seit Sa, 15.11., 20:30 gestört: Online-Shop. Hilfe: 030 23125000. "
            "Neues am Mo, 17.11., um 07:00."
        ),
        (
            "Muster Handel: Down since Sat 15 Nov, 20:30: online shop. Help: 030 23125000. "
            "Next update Mon 17 Nov, 07:00."
        ),
    ),
    "resolved over midnight": (
        told(Situation.RESOLVED, services=(SHOP,), started=at(15, "20:30"), ended=at(16, "05:30")),
        (
            "Muster Handel: Behoben (Sa, 15.11., 20:30 bis So, 16.11., 05:30): Online-Shop. "
            "Bitte entschuldigen Sie die Störung."
        ),
        (
            "Muster Handel: Fixed (down Sat 15 Nov, 20:30 to Sun 16 Nov, 05:30): online shop. "
            "We are sorry for the disruption."
        ),
    ),
    "false alarm, next day": (
        told(Situation.RETRACTION, services=(SHOP,), corrects=at(15, "23:30")),
        (
            "Muster Handel KORREKTUR: Unsere Meldung vom Sa, 15.11., 23:30 war falsch. "
            "Keine Störung: Online-Shop. Sie müssen nichts tun."
        ),
        (
            "Muster Handel CORRECTION: our outage message of Sat 15 Nov, 23:30 was wrong. "
            "No outage: online shop. No action needed."
        ),
    ),
    "correction": (
        told(
            Situation.CORRECTION,
            {"correction": "Only Hamburg is affected, not Kiel."},
            services=(PHONE,),
            correction="Betroffen ist nur Hamburg, nicht Kiel.",
        ),
        (
            "Muster Handel KORREKTUR zu 14:05: Betroffen ist nur Hamburg, nicht Kiel. Gestört: Telefon. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel CORRECTION to 14:05: Only Hamburg is affected, not Kiel. Down: phones. "
            "Next update 14:35."
        ),
    ),
    "correction, works": (
        told(
            Situation.CORRECTION,
            {"correction": "Only Hamburg was affected, not Kiel."},
            services=(PHONE,),
            phase=Phase.MONITORING,
            correction="Betroffen war nur Hamburg, nicht Kiel.",
        ),
        (
            "Muster Handel KORREKTUR zu 14:05: Betroffen war nur Hamburg, nicht Kiel. Geht wieder: Telefon. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel CORRECTION to 14:05: Only Hamburg was affected, not Kiel. Working again: phones. "
            "Next update 14:35."
        ),
    ),
    "what works": (
        told(
            Situation.INVESTIGATING,
            {"works": "ordering, invoices"},
            services=(CARD,),
            works="Bestellen, Rechnung",
        ),
        (
            "Muster Handel: Gestört seit 13:40: Kartenzahlung. Das geht: Bestellen, Rechnung. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: card payments. What works: ordering, invoices. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "one word": (
        told(Situation.UPDATE, {"message": "Patience"}, services=(SHOP,), message="Geduld"),
        "Muster Handel: Seit 13:40 gestört: Online-Shop. Geduld. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Down since 13:40: online shop. Patience. Help: 030 23125000. Next update 14:35.",
    ),
}
