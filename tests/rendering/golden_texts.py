"""Write down what every text says. `make golden`; a change of a text is then read as a difference.

One file for each language and audience: every situation, in every kind of text, from made-up facts; and one
for special cases. The foot of e-mails stands in the first of them only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.errors import TemplateError
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering.lint import AUDIENCES, KINDS
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED

FOLDER = Path(__file__).parent / "golden"
LOCALES = ("de", "en")
_RENDERER = Renderer(SHIPPED, "de")
_COLLEAGUES = ("supervisors", "executives", "technical")
_BERLIN = ZoneInfo("Europe/Berlin")

#: What colleagues are told, (German, English).
_REPORTED = {
    "impact": ("Anfragen per Chat und E-Mail kommen nicht an.", "Chat and e-mail requests do not arrive."),
    "action": (
        "Der Anbieter stellt auf Ersatzserver um.",
        "The provider is switching to spare servers.",
    ),
    "cause": ("Zertifikat des Anbieters abgelaufen.", "The provider's certificate has expired."),
}
_INTERNAL = {
    "agents": {"internal_escalation": ("Frau Berger, 030 23125001", "Ms Berger, 030 23125001")},
    "supervisors": {
        "internal_needs": (
            "zwei Personen für die Hotline, bis 16:00 Uhr",
            "two people for the hotline, until 16:00",
        ),
    },
    "executives": {
        "internal_decision": (
            "Anmeldung bis 18:00 Uhr abgeschaltet lassen: ja oder nein?",
            "Keep sign-in switched off until 18:00: yes or no?",
        ),
        "internal_decision_by": ("14:20", "14:20"),
        "internal_decision_to": ("Frau Berger, 030 23125001", "Ms Berger, 030 23125001"),
        "internal_personal_data": ("yes", "yes"),
    },
    "technical": {
        "internal_owner": ("Frau Berger", "Ms Berger"),
        "internal_bridge": ("https://meet.muster.example/inc7", "https://meet.muster.example/inc7"),
        "internal_changes": ("13:20 Uhr, neue Firewall-Regel", "13:20, new firewall rule"),
    },
}
_APP = Service("app", names=(("de", "Tourenplan-App"), ("en", "route app")))
_ON_THE_ROAD = ("Mit der letzten Liste weiterfahren.", "Continue with your last list.")
_RELOAD = ("Neue Liste in der App laden.", "Load the new list in the app.")


def main() -> None:
    """Write every file anew."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """Each file with what it should hold."""
    texts = {
        FOLDER / locale / f"{audience}.txt": _page(_situations(audience, locale))
        for locale in LOCALES
        for audience in AUDIENCES
    }
    special = {FOLDER / locale / "special.txt": _page(_special(locale)) for locale in LOCALES}
    return texts | special


def _page(entries: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"=== {title}\n{text}\n" for title, text in entries)


def _situations(audience: str, locale: str) -> Iterator[tuple[str, str]]:
    for situation in Situation:
        for kind in KINDS:
            if audience == "customers" or kind not in PUBLISHED:
                yield _written(situation.value, _facts(audience, situation, locale), audience, locale, kind)


def _written(title: str, facts: Facts, audience: str, locale: str, kind: ChannelKind) -> tuple[str, str]:
    """One text under a line that says what it is and how long."""
    try:
        rendered = _RENDERER.render(facts, audience, locale, kind)
    except TemplateError as error:
        return f"{title}, {kind.value}: refused", str(error).rpartition(": ")[2]
    subject = f"{rendered.message.subject}\n\n" if rendered.message.subject else ""
    text = rendered.message.text
    if title != Situation.INVESTIGATING.value:
        text = text.partition("\n\n--\n")[0]
    return f"{title}, {kind.value}: {rendered.units}", f"{subject}{text}"


def _facts(audience: str, situation: Situation, locale: str) -> Facts:
    """A sample with what such readers are told besides."""
    at = LOCALES.index(locale)
    facts = replace(sample_facts(situation), audiences=())
    told = situation.down or situation is Situation.DRILL
    changes: dict[str, Any] = {}
    if audience in _COLLEAGUES and told:
        changes |= {name: words[at] for name, words in _REPORTED.items() if name != "cause"}
    if audience == "technical" and situation.down and situation is not Situation.INVESTIGATING:
        changes["cause"] = _REPORTED["cause"][at]
    if audience == "field":
        changes |= {"services": (_APP,), "message": None}
        asked = _ON_THE_ROAD if situation.down else _RELOAD if situation.works else None
        changes["instruction"] = asked and asked[at]
    if told or audience in {"agents", "technical"}:
        own = {name: words[at] for name, words in _INTERNAL.get(audience, {}).items()}
        changes["variables"] = tuple(own.items())
    return replace(facts, **changes)


def _special(locale: str) -> Iterator[tuple[str, str]]:
    for title, audience, facts in _cases(locale):
        for kind in (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.VOICE):
            yield _written(f"{title}, {audience}", facts, audience, locale, kind)


def _cases(locale: str) -> Iterator[tuple[str, str, Facts]]:
    at = LOCALES.index(locale)
    for title, audience, situation, changes in SPECIAL:
        worded = {name: _in(value, at) for name, value in changes.items()}
        facts = _facts(audience, situation, locale)
        wording = tuple(entry for entry in facts.wording if entry[0][0] not in worded)
        yield title, audience, replace(facts, **{"wording": wording, **worded})


def _in(value: Any, at: int) -> Any:
    """Of a pair of texts, that of the language."""
    pair = isinstance(value, tuple) and len(value) == len(LOCALES) and all(isinstance(x, str) for x in value)
    return value[at] if pair else value


def _service(de: str, en: str) -> Service:
    return Service(de.casefold(), names=(("de", de), ("en", en)))


def _at(day: int, clock: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2025, 11, day, hour, minute, tzinfo=_BERLIN)


_TITLE = {"services": (), "title": ("Kartenzahlung gestört", "Card payments down")}
_PHONE = (_service("Telefon", "phones"),)
_SHOP = (_service("Online-Shop", "online shop"),)
_ORDERS = (_service("Bestellungen", "orders"),)
_BRANCHES = ("Filialen in Hamburg und Kiel", "branches in Hamburg and Kiel")
_MANY = (*_SHOP, _service("Kundenkonto", "customer account"), *_ORDERS, _service("Chat", "chat"))
_LONG = (
    "Zahlen mit Karte geht nicht. " + "Unsere Filialen nehmen nur Bargeld an. " * 22,
    "Card payments fail. " + "Our branches take cash only. " * 28,
)
_REGION = {"services": _PHONE, "scope": _BRANCHES, "message": None}
_OVERNIGHT = {
    "services": _SHOP,
    "started": _at(15, "20:30"),
    "as_of": _at(16, "05:40"),
    "message": None,
    "next_update": _at(16, "07:00"),
}
#: What is told otherwise than usual: name, readers, situation and the facts that differ.
SPECIAL: tuple[tuple[str, str, Situation, dict[str, Any]], ...] = (
    ("title only", "customers", Situation.INVESTIGATING, _TITLE),
    ("title only, later", "customers", Situation.UPDATE, _TITLE),
    ("title only, works again", "customers", Situation.MONITORING, _TITLE),
    ("title only, down again", "customers", Situation.DOWN_AGAIN, _TITLE),
    ("title only, resolved", "customers", Situation.RESOLVED, _TITLE),
    ("title only, false alarm", "customers", Situation.RETRACTION, _TITLE),
    ("title only, reopened", "customers", Situation.REOPENED, _TITLE),
    ("title only", "agents", Situation.UPDATE, _TITLE),
    ("title only, maintenance", "customers", Situation.SCHEDULED, {"services": ()}),
    ("title only, maintenance cancelled", "customers", Situation.CANCELLED, {"services": ()}),
    ("no beginning", "customers", Situation.INVESTIGATING, {"started": None}),
    ("no beginning, resolved", "customers", Situation.RESOLVED, {"started": None, "ended": None}),
    ("no next update", "customers", Situation.INVESTIGATING, {"next_update": None}),
    ("four services", "customers", Situation.INVESTIGATING, {"services": _MANY, "message": None}),
    *(("region only", audience, Situation.INVESTIGATING, _REGION) for audience in AUDIENCES),
    ("region only, resolved", "customers", Situation.RESOLVED, {"services": _PHONE, "scope": _BRANCHES}),
    (
        "phone down",
        "customers",
        Situation.INVESTIGATING,
        {"services": _PHONE, "hotline": None, "phone_down": True, "message": None},
    ),
    (
        "no way to reach us",
        "customers",
        Situation.INVESTIGATING,
        {"hotline": None, "alternatives": (), "cut_off": True, "message": None},
    ),
    ("minor", "customers", Situation.INVESTIGATING, {"severity": Severity.SEV3}),
    ("minor, later", "customers", Situation.UPDATE, {"severity": Severity.SEV4}),
    (
        "data in doubt",
        "customers",
        Situation.INVESTIGATING,
        {
            "services": _ORDERS,
            "message": None,
            "instruction": ("Bitte nicht neu bestellen.", "Please do not order again."),
            "data_loss": ("Wir prüfen, ob Bestellungen fehlen.", "We are checking if orders are missing."),
        },
    ),
    ("over midnight", "customers", Situation.UPDATE, _OVERNIGHT),
    ("over midnight", "agents", Situation.UPDATE, _OVERNIGHT),
    ("over midnight", "supervisors", Situation.UPDATE, _OVERNIGHT),
    (
        "over midnight, resolved",
        "customers",
        Situation.RESOLVED,
        {**_OVERNIGHT, "next_update": None, "ended": _at(16, "05:30"), "data_loss": None},
    ),
    (
        "false alarm, the next day",
        "customers",
        Situation.RETRACTION,
        {"corrects": _at(15, "23:30"), "as_of": _at(16, "08:00")},
    ),
    ("false alarm beside another outage", "customers", Situation.RETRACTION, {"others_open": True}),
    ("works", "customers", Situation.UPDATE, {"works": ("Zahlen mit Rechnung.", "Paying by invoice.")}),
    ("report", "customers", Situation.RESOLVED, {"report": _at(19, "12:00"), "data_loss": None}),
    ("message of one word", "customers", Situation.INVESTIGATING, {"message": ("Geduld", "Patience")}),
    ("message of 900 characters", "customers", Situation.INVESTIGATING, {"message": _LONG}),
    ("to colleagues only", "agents", Situation.INVESTIGATING, {"audiences": ("agents", "executives")}),
    ("to colleagues only", "executives", Situation.INVESTIGATING, {"audiences": ("agents", "executives")}),
    ("correction while it works", "customers", Situation.CORRECTION, {"phase": Phase.MONITORING}),
    ("exercise, scenario works again", "agents", Situation.MONITORING, {"drill": True}),
    ("midnight", "customers", Situation.UPDATE, {"next_update": _at(17, "00:00")}),
    ("short outage", "customers", Situation.RESOLVED, {"ended": _at(16, "13:40") + timedelta(minutes=2)}),
)

if __name__ == "__main__":
    main()
