"""What the page says in each situation, in both languages, and what it never says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import ContactPoint, NoticeKind
from broadcast.model.situation import Situation
from tests.channels.page.site import sample
from tests.channels.page.site.sample import COMPONENTS, NOW, outgoing, publish, site
from tests.channels.page.site.test_adapter import Page

LATER = NOW + timedelta(hours=20)
FALSE_END = [*sample.outage(sample.WATCHED, sample.OVER)]


@pytest.fixture
def shown(tmp_path):
    async def publish_and_read(*messages, name="index.html"):
        await publish(site(tmp_path, components=COMPONENTS), messages)
        return Page(tmp_path / "public" / name)

    return publish_and_read


def reopened(phase=Phase.INVESTIGATING, **facts):
    titles: Any = {"title": "Chat und E-Mail-Support", "title_en": "Chat and e-mail support"}
    facts |= titles | {"sequence": 5, "phase": phase}
    message = outgoing(de="Chat geht noch nicht.", en="Chat still fails.", **facts)
    return replace(message, headline=replace(message.headline, kind=NoticeKind.RETRACTION))


@pytest.mark.parametrize("phase", [Phase.INVESTIGATING, Phase.MONITORING])
async def test_an_all_clear_that_was_wrong_shows_the_service_as_down(shown, phase):
    corrects = NOW.replace(hour=15, minute=15)
    page = await shown(*FALSE_END, reopened(phase, as_of=NOW.replace(hour=15, minute=40), corrects=corrects))
    assert page.heading == "Störung: Chat und E-Mail-Support"
    assert page.tones == ["tone-critical"]
    assert "Unsere Entwarnung von 15:15 Uhr war falsch. Es ist noch gestört." in page.text
    assert "Chat Gestört E-Mail-Support Gestört" in page.text
    assert "Behoben Zurückgenommen 15:15 Uhr" in page.text
    assert "keine Störung bekannt" not in page.text
    english = await shown(name="en/index.html")
    assert "Our 15:15 all-clear was wrong. The problem is not fixed yet." in english.text


async def test_an_all_clear_of_another_day_is_named_with_its_day(shown):
    page = await shown(*FALSE_END, reopened(as_of=LATER), name="incidents/INC-7.html")
    assert "Unsere Entwarnung vom So, 16.11., 15:15 Uhr war falsch." in page.text
    english = await shown(name="en/incidents/INC-7.html")
    assert "Our all-clear of Sun 16 Nov, 15:15 was wrong." in english.text


async def test_a_false_alarm_denies_no_outage_while_another_one_is_open(shown):
    assert "Es gab keine Störung." in (await shown(*sample.past())).text
    beside = await shown(*sample.shop(), name="incidents/INC-5.html")
    assert "Unsere Meldung von 16:35 Uhr war falsch. Bitte entschuldigen Sie." in beside.text
    assert "gab keine Störung. Bitte entschuldigen" not in beside.text


@pytest.mark.parametrize(
    ("severity", "extent", "german", "english"),
    [
        (Severity.SEV1, None, "Gestört", "Down"),
        (Severity.SEV2, None, "Gestört", "Down"),
        (Severity.SEV2, "part", "Teilweise gestört", "Partly down"),
        (Severity.SEV1, "part", "Teilweise gestört", "Partly down"),
        (Severity.SEV3, None, "Eingeschränkt", "Limited"),
        (Severity.SEV4, "part", "Eingeschränkt", "Limited"),
    ],
)
async def test_a_service_is_down_in_part_only_where_somebody_said_so(
    shown, severity, extent, german, english
):
    page = await shown(outgoing(severity=severity, extent=extent))
    assert f" Chat {german} E-Mail-Support {german} " in page.text
    assert f" Chat {english} E-mail support {english} " in (await shown(name="en/index.html")).text


async def test_the_extent_holds_until_it_is_changed(shown):
    parts = [outgoing(extent="part"), outgoing(sequence=2)]
    assert "Chat Teilweise gestört" in (await shown(*parts)).text
    assert "Chat Gestört" in (await shown(outgoing(sequence=3, extent="all"))).text


@pytest.mark.parametrize(
    ("facts", "german", "english"),
    [
        ({"title": "Chat", "title_en": "Chat"}, "Störung: Chat", "Outage: Chat"),
        ({"title": "Kasse gestört", "title_en": "Checkout down"}, "Kasse gestört", "Checkout down"),
        ({"title": "Netzausfall", "title_en": "No network", "services": ()}, "Netzausfall", "No network"),
        (
            {"title": "Download", "title_en": "Download", "severity": Severity.SEV3},
            "Eingeschränkt: Download",
            "Limited: Download",
        ),
        (
            {"title": "Kasse gestört", "title_en": "Checkout down", "phase": Phase.MONITORING},
            "Geht wieder: „Kasse gestört“",
            "Working again: “Checkout down”",
        ),
        (
            {"title": "Wartung der Kasse", "title_en": "Till maintenance", "phase": Phase.IN_PROGRESS},
            "Wartung der Kasse",
            "Till maintenance",
        ),
    ],
)
async def test_a_title_that_says_how_it_stands_gets_no_state_word(shown, facts, german, english):
    assert (await shown(outgoing(**facts))).heading == german
    assert (await shown(name="en/index.html")).heading == english


async def test_nothing_is_said_of_services_while_nobody_said_which_one_is_down(shown):
    page = await shown(outgoing(title="Kasse gestört", title_en="Checkout down", services=()))
    assert "Chat Keine Angabe E-Mail-Support Keine Angabe" in page.text
    assert "Keine Störung gemeldet" not in page.text
    watched = outgoing(sequence=2, phase=Phase.MONITORING, services=())
    assert "Chat Keine Störung gemeldet" in (await shown(watched)).text


async def test_two_that_work_again_are_no_outage(shown):
    watched: dict[str, Any] = {"phase": Phase.MONITORING, "sequence": 2}
    page = await shown(
        outgoing(**watched), outgoing(incident="INC-8", services=(Service("Telefon"),), **watched)
    )
    assert page.heading == "Geht wieder: alles, was gestört war"
    assert page.tones == ["tone-watching"]
    assert "gleichzeitig gestört" not in page.text


async def test_maintenance_beside_an_outage_is_not_counted_as_one(shown):
    page = await shown(outgoing(), *sample.maintenance(Phase.SCHEDULED, Phase.IN_PROGRESS))
    assert page.heading == "Störung: Chat und E-Mail-Support"
    assert "gleichzeitig gestört" not in page.text


EXERCISE: dict[str, Any] = {"drill": True, "title": "Kasse gestört", "title_en": "Checkout down"}


@pytest.mark.parametrize("name", ["index.html", "incidents/INC-7.html", "archive-2025.html"])
@pytest.mark.parametrize("folder", ["", "en/"])
async def test_readers_of_an_exercise_are_told_that_it_is_a_test_and_nothing_else(shown, folder, name):
    later = outgoing(sequence=2, de="Der Test läuft.", en="The test goes on.", **EXERCISE)
    begun = outgoing(de="Wir testen.", en="We are testing.", next_update=LATER, extent="part", **EXERCISE)
    text = (await shown(begun, later, name=f"drill/{folder}{name}")).text
    test = "Test of our outage messages" if folder else "Test unserer Störungsmeldungen"
    assert test in text
    rest = text.lower().replace(test.lower(), "")
    for outage in (
        "gestört",
        "störung",
        "down",
        "outage",
        "kasse",
        "checkout",
        "23125000",
        "nächste",
        "next",
    ):
        assert outage not in rest
    assert "13:40" not in text  # when the scenario began


async def test_the_end_of_an_exercise_says_that_the_test_is_over(shown):
    end = outgoing(sequence=2, phase=Phase.RESOLVED, de="Ende.", en="End.", **EXERCISE)
    page = await shown(outgoing(**EXERCISE), end, name="drill/en/index.html")
    assert "The test is over. You do not need to do anything." in page.text


WAYS = (
    ContactPoint("email", "hilfe@muster.example", (("de-DE", "Mo bis Fr"), ("en", "Mon to Fri"))),
    ContactPoint("link", "https://status.muster.example"),
    ContactPoint("link", "https://hilfe.muster.example"),
)


async def test_every_way_to_reach_us_is_shown_once_and_the_page_is_none_of_them(shown):
    page = await shown(outgoing(alternatives=WAYS, link="https://status.muster.example"))
    assert (
        "Hilfe +49 30 23125000 E-Mail: hilfe@muster.example (Mo bis Fr) Internet: https://hilfe.m"
        in page.text
    )
    assert page.text.count("23125000") == 1
    assert "https://status.muster.example" not in page.text
    own = await shown(name="en/incidents/INC-7.html")
    assert "E-mail: hilfe@muster.example (Mon to Fri)" in own.text
    assert "https://status.muster.example" not in own.text


async def test_the_page_says_if_nobody_can_reach_us(shown):
    page = await shown(outgoing(hotline=None, cut_off=True))
    assert "Hilfe Sie erreichen uns zurzeit nicht." in page.text


async def test_no_end_is_asserted_that_nobody_stated(shown):
    over = outgoing(sequence=2, phase=Phase.RESOLVED, as_of=NOW + timedelta(minutes=70))
    own = await shown(outgoing(), over, name="incidents/INC-7.html")
    assert "Beginn So, 16.11., 13:40 Uhr Ende gemeldet 15:15 Uhr" in own.text
    assert "Dauer" not in own.text
    front = await shown()
    assert "Gestört · ab 13:40 Uhr · Ende gemeldet 15:15 Uhr" in front.text


async def test_a_false_alarm_apologises_once(shown):
    false = outgoing(
        sequence=2, phase=Phase.RETRACTED, de="Korrektur.\nBitte entschuldigen Sie.", as_of=LATER
    )
    own = await shown(outgoing(), false, name="incidents/INC-7.html")
    assert "Unsere Meldung vom So, 16.11., 14:05 Uhr war falsch. Es gab keine Störung. Vorgang" in own.text
    assert own.text.count("Bitte entschuldigen Sie.") == 1
    assert (await shown()).text.count("Bitte entschuldigen Sie.") == 1


async def test_a_sentence_that_the_message_says_is_not_said_again_above_it(shown):
    page = await shown(outgoing(de="Was wir tun:\nWir suchen die Ursache."))
    assert page.text.count("Wir suchen die Ursache.") == 1
    other = await shown(outgoing(sequence=2, de="Bitte rufen Sie an."))
    assert other.text.index("Wir suchen die Ursache.") < other.text.index("Bitte rufen Sie an.")


@pytest.mark.parametrize(
    ("situation", "phase", "german", "english"),
    [
        (Situation.DOWN_AGAIN, Phase.IDENTIFIED, "Wieder gestört", "Down again"),
        (Situation.STILL_WORKING, Phase.MONITORING, "Geht weiterhin", "Still working"),
        (Situation.UPDATE, Phase.INVESTIGATING, "Neuer Stand", "Update"),
        (Situation.LONGER, Phase.IN_PROGRESS, "Dauert länger", "Takes longer"),
        (Situation.MOVED, Phase.SCHEDULED, "Neue Zeit", "New time"),
        (Situation.ABANDONED, Phase.CANCELLED, "Abgebrochen", "Stopped"),
    ],
)
async def test_each_message_is_headed_by_what_it_tells(shown, situation, phase, german, english):
    page = await shown(outgoing(situation=situation, phase=phase), name="incidents/INC-7.html")
    assert f" {german} 14:05 Uhr " in page.text
    assert f" {english} 14:05 " in (await shown(name="en/incidents/INC-7.html")).text


async def test_the_feed_puts_no_state_before_a_title_that_says_another(shown, tmp_path):
    await shown(outgoing(title="Kasse gestört", title_en="Checkout down", phase=Phase.RESOLVED))
    german = (tmp_path / "public" / "feed.atom").read_text(encoding="utf-8")
    english = (tmp_path / "public" / "en" / "feed.atom").read_text(encoding="utf-8")
    assert "<title>Behoben: „Kasse gestört“</title>" in german
    assert "<title>Fixed: “Checkout down”</title>" in english


async def test_the_feed_of_an_exercise_is_marked_as_a_whole(shown, tmp_path):
    await shown(outgoing(**EXERCISE), name="drill/index.html")
    feed = (tmp_path / "public" / "drill" / "feed.atom").read_text(encoding="utf-8")
    assert "<title>[ÜBUNG] Muster Handel · Status – ÜBUNG</title>" in feed
