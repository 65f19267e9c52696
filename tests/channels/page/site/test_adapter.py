"""What happens to the folder when notices are published to it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from broadcast.channels.base import Reconciles
from broadcast.channels.page.site.adapter import Site
from broadcast.channels.registry import adapter_class
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.letterhead import Letterhead
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope, Thread
from broadcast.model.outgoing import Attempted, Outgoing
from tests.channels.page.site import sample
from tests.channels.page.site.sample import COMPONENTS, NOW, outgoing, publish, site


class Page(HTMLParser):
    """The words of a page, and its first heading."""

    def __init__(self, path):
        super().__init__()
        self.words: list[str] = []
        self.heading, self.tones, self._open = "", [], []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(" ".join(self.words).replace("\u00a0", " ").split())
        self.heading = " ".join(self.heading.split())

    def handle_starttag(self, tag, attrs):
        self._open.append(tag)
        if tag == "body":
            self.tones = (dict(attrs).get("class") or "").split()

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self._open):
            self.words.append(data)
        if "h1" in self._open:
            self.heading += data


@pytest.fixture
def public(tmp_path):
    return tmp_path / "public"


@pytest.fixture
def adapter(tmp_path):
    return site(tmp_path, components=COMPONENTS)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_the_registry_finds_it_by_its_name():
    assert adapter_class("site") is Site
    assert issubclass(Site, Reconciles)


async def test_an_opening_is_accepted_with_its_key_and_a_thread_to_hang_updates_on(adapter):
    [outcome] = await adapter.send([outgoing("k1")])
    assert outcome == Accepted("k1", Thread(root="INC-7", last="k1"))


async def test_the_same_key_twice_leaves_every_byte_as_it_was(adapter, public):
    await adapter.send([outgoing("k1")])
    before = contents(public)
    [again] = await adapter.send([outgoing("k1")])
    assert again == Accepted("k1", Thread(root="INC-7", last="k1"))
    assert contents(public) == before


async def test_a_key_that_comes_back_with_other_words_is_another_incident(adapter, public):
    """A ledger begun anew may use a key again: nothing that was published is overwritten."""
    outcomes = await publish(adapter, [outgoing("k1", de="Erst so."), outgoing("k1", de="Dann so.")])
    first, again = outcomes
    assert first == Accepted("k1", Thread(root="INC-7", last="k1"))
    assert isinstance(again, Accepted)
    assert again.thread == Thread(root="INC-7-again-1", last="k1-again-1")
    assert again.warning
    assert "still shows another INC-7 as going on (incidents/INC-7.html)" in again.warning
    assert "Erst so." in Page(public / "incidents" / "INC-7.html").text
    assert "Dann so." in Page(public / "incidents" / "INC-7-again-1.html").text
    entries = ET.parse(public / "feed.atom").findall("{*}entry/{*}id")
    assert len({entry.text for entry in entries}) == 2


async def test_updates_stand_on_their_incident_newest_first(adapter, public):
    outcomes = await publish(adapter, list(sample.outage()))
    assert outcomes[1] == Accepted("key-inc-7-2", Thread(root="INC-7", last="key-inc-7-2"))
    for name in ("index.html", "incidents/INC-7.html"):
        text = Page(public / name).text
        assert text.index("Ursache gefunden 14:05 Uhr") < text.index("Wird untersucht 13:45 Uhr")


async def test_the_front_page_says_first_what_is_down_since_when_and_what_works(adapter, public):
    await publish(adapter, list(sample.outage()))
    page = Page(public / "index.html")
    assert page.heading == "Störung: Chat und E-Mail-Support"
    assert page.tones == ["tone-critical"]
    for fact in (
        "Stand: So, 16.11., 14:05 Uhr (MEZ)",
        "Seit 13:40 Uhr",
        "Nächste Information 14:35 Uhr",
        "Betroffen Chat, E-Mail-Support",
        "Keine Störung gemeldet Bestellen und Bezahlen, Online-Shop, Telefon, Fahrer-App",
        "Hilfe +49 30 23125000",
    ):
        assert fact in page.text


async def test_english_readers_get_the_same_in_english(adapter, public):
    await publish(adapter, list(sample.outage()))
    page = Page(public / "en" / "index.html")
    assert page.heading == "Outage: Chat and e-mail support"
    assert "As of: Sun 16 Nov, 14:05 (CET)" in page.text
    assert "No outage reported Orders and payments, Online shop, Phone, Driver app" in page.text
    assert "a fault at a provider" in page.text


async def test_a_resolution_turns_the_page_fine_and_leaves_the_incident_in_the_history(adapter, public):
    await publish(adapter, list(sample.outage(sample.WATCHED)))
    assert Page(public / "index.html").heading == "Geht wieder: Chat und E-Mail-Support"
    await publish(adapter, list(sample.outage(sample.WATCHED, sample.OVER)))
    page = Page(public / "index.html")
    assert page.heading == "Keine Störung gemeldet"
    assert page.tones == ["tone-fine"]
    assert "Gestört 13:40 bis 15:15 Uhr · 1 Stunde 35 Minuten" in page.text


async def test_a_retraction_is_shown_as_a_correction(adapter, public):
    await publish(adapter, list(sample.past()))
    front, own = Page(public / "index.html"), Page(public / "incidents" / "INC-5.html")
    assert front.heading == "Keine Störung gemeldet"
    assert (
        "Korrektur Fahrer-App Unsere Meldung von 16:35 Uhr war falsch. Es gab keine Störung. Bitte"
        in front.text
    )
    assert own.heading == "Korrektur: Fahrer-App"
    assert "Wird untersucht Zurückgenommen" in own.text


async def test_two_incidents_are_both_told_and_the_graver_one_sets_the_tone(adapter, public):
    await publish(adapter, [*sample.shop(), *sample.outage()])
    page = Page(public / "index.html")
    assert page.heading == "2 Störungen zur gleichen Zeit"
    assert page.tones == ["tone-critical"]
    assert page.text.index("Chat und E-Mail-Support Gestört") < page.text.index(
        "Online-Shop lädt langsam Eing"
    )


async def test_announced_maintenance_is_told_apart_from_what_is_going_on(adapter, public):
    await publish(adapter, list(sample.maintenance(Phase.SCHEDULED)))
    page = Page(public / "index.html")
    assert page.heading == "Keine Störung gemeldet"
    assert "Geplante Wartung Neue Telefonanlage" in page.text
    await publish(adapter, list(sample.maintenance(Phase.SCHEDULED, Phase.IN_PROGRESS)))
    assert Page(public / "index.html").heading == "Wartung: Neue Telefonanlage"


async def test_an_exercise_never_touches_the_real_page(adapter, public):
    await publish(adapter, list(sample.past()))
    before = contents(public)
    await publish(adapter, list(sample.outage(drill=True)))
    after = contents(public)
    assert {path: after[path] for path in after if path.parts[0] != "drill"} == before


async def test_an_exercise_is_marked_first_and_last_in_every_document(adapter, public):
    await publish(adapter, list(sample.outage(drill=True)))
    for path in (public / "drill").rglob("*.html"):
        page = Page(path)
        mark = "EXERCISE" if "en" in path.parts else "ÜBUNG"
        assert page.heading.startswith(f"[{mark}] ")
        visible = page.text.partition("Zum Inhalt springen")[2] or page.text.partition("Skip to content")[2]
        assert visible.strip().startswith(mark)
        assert visible.strip().endswith(mark)
    summary = json.loads((public / "drill/api/v2/summary.json").read_text(encoding="utf-8"))
    assert summary["page"]["name"].startswith("[ÜBUNG] ")
    assert summary["incidents"][0]["name"].startswith("[ÜBUNG] ")
    body = summary["incidents"][0]["incident_updates"][0]["body"]
    assert body.startswith("ÜBUNG\n")
    assert body.endswith("\nÜBUNG")
    assert not (public / "index.html").exists()


NAMED = (("de-DE", "Chat und E-Mail-Support"), ("en", "Chat and e-mail support"))
NAMES = (Service("chat", NAMED, "support"), Service("lager"))


async def test_each_language_shows_its_own_names_of_services(tmp_path):
    await site(tmp_path).send([outgoing(services=NAMES)])
    public = tmp_path / "public"
    for page in ("index.html", "incidents/INC-7.html"):
        assert "Betroffen Chat und E-Mail-Support, lager" in Page(public / page).text
        assert "Affected Chat and e-mail support, lager" in Page(public / "en" / page).text
    assert "Dienste Chat und E-Mail-Support Gestört lager Gestört" in Page(public / "index.html").text
    summary = json.loads((public / "api/v2/summary.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in summary["components"]] == ["Chat und E-Mail-Support", "lager"]


async def test_a_configured_service_is_known_by_its_name_in_any_language(tmp_path):
    await site(tmp_path, components=["Chat und E-Mail-Support", "Telefon"]).send([outgoing(services=NAMES)])
    text = Page(tmp_path / "public" / "index.html").text
    assert "Dienste Chat und E-Mail-Support Gestört Telefon Keine Störung gemeldet lager Gestört" in text


def drill(**facts: Any) -> Outgoing:
    return outgoing(
        title="ÜBUNG: Probealarm ÜBUNG", title_en="EXERCISE: Rehearsal EXERCISE", drill=True, **facts
    )


async def test_the_headline_of_an_exercise_is_marked_once_first_and_once_last(adapter, public):
    await adapter.send([drill(de="ÜBUNG\n\nGestört.\n\nÜBUNG", en="EXERCISE\n\nDown.\n\nEXERCISE")])
    headings = {
        "index.html": "[ÜBUNG] Test unserer Störungsmeldungen – ÜBUNG",
        "en/index.html": "[EXERCISE] Test of our outage messages – EXERCISE",
        "incidents/INC-7.html": "[ÜBUNG] Test unserer Störungsmeldungen – ÜBUNG",
    }
    assert {name: Page(public / "drill" / name).heading for name in headings} == headings
    feed = (public / "drill" / "en" / "feed.atom").read_text(encoding="utf-8")
    assert "[EXERCISE] Test of our outage messages – EXERCISE<" in feed
    summary = json.loads((public / "drill/api/v2/summary.json").read_text(encoding="utf-8"))
    assert summary["incidents"][0]["incident_updates"][0]["body"] == "ÜBUNG\nGestört.\nÜBUNG"


@pytest.mark.parametrize("phase", [Phase.RESOLVED, Phase.RETRACTED])
async def test_the_end_of_an_exercise_apologises_for_nothing(adapter, public, phase):
    await publish(adapter, [drill(), drill(sequence=2, phase=phase)])
    text = ""
    for name in ("index.html", "incidents/INC-7.html"):
        text = Page(public / "drill" / name).text
        assert "Entschuldigung" not in text
        assert "Die Störung ist behoben" not in text
    assert "Der Test ist beendet. Sie müssen nichts tun." in text


async def test_a_day_of_the_all_clear_does_not_claim_that_nothing_was_reported(adapter, public):
    began = NOW.replace(hour=23, minute=50) - timedelta(days=1)
    beats = [
        sample.Beat(minutes=5, phase=Phase.INVESTIGATING, de="Gestört.", en="Down."),
        sample.Beat(minutes=30, phase=Phase.RESOLVED, de="Behoben.", en="Fixed."),
    ]
    await publish(adapter, list(sample.incident("INC-7", began, beats)))
    text = Page(public / "index.html").text
    assert "Nichts gemeldet" not in text
    span = "Sa, 15.11., 23:50 bis So, 16.11., 00:20 Uhr"
    assert f"So, 16.11. Chat und E-Mail-Support Behoben Gestört {span} · 30 Minuten" in text
    assert "Sa, 15.11. Chat und E-Mail-Support Behoben Gestört 23:50 bis So, 16.11., 00:20 Uhr" in text


async def test_cancelled_work_shows_when_it_would_have_been_and_no_duration(adapter, public):
    announced = next(iter(sample.maintenance(Phase.SCHEDULED)))
    called_off = replace(announced.headline, sequence=2, phase=Phase.CANCELLED, as_of=NOW, ended=NOW)
    cancelled = replace(announced, key="off", headline=called_off)
    await publish(adapter, [announced, cancelled])
    own = Page(public / "incidents" / "INC-9.html").text
    assert "Geplant So, 16.11., 22:00 bis Mo, 17.11., 00:00 Uhr" in own
    assert "Dauer" not in own
    assert "Minuten" not in Page(public / "index.html").text


async def test_find_knows_what_was_published_and_what_was_not(adapter):
    await adapter.send([outgoing("k1")])
    attempts = [Attempted(outgoing(key), NOW) for key in ("k1", "k2")]
    known, unknown = await adapter.find(attempts)
    assert known == Accepted("k1", Thread(root="INC-7", last="k1"))
    assert isinstance(unknown, NotSent)


async def test_a_reference_that_is_counted_anew_begins_another_incident(adapter, public):
    await publish(adapter, list(sample.outage(sample.OVER)))
    later = outgoing("fresh", started=NOW + timedelta(days=40), as_of=NOW + timedelta(days=40))
    [opened] = await adapter.send([later])
    assert opened == Accepted("fresh", Thread(root="INC-7-again-1", last="fresh"))
    follow = replace(later, key="next", headline=replace(later.headline, sequence=2), thread=opened.thread)
    [followed] = await adapter.send([follow])
    assert followed == Accepted("next", Thread(root="INC-7-again-1", last="next"))
    assert (public / "incidents" / "INC-7.html").exists()


async def test_a_reference_cannot_lead_out_of_the_folder(adapter, public, tmp_path):
    await adapter.send([outgoing("k1", incident="../../../escaped")])
    assert not list(tmp_path.parent.glob("escaped*"))
    assert (public / "incidents" / "escaped.html").exists()


async def test_files_are_readable_by_the_web_server_whatever_the_umask(adapter, public):
    umask = os.umask(0o077)
    try:
        await adapter.send([outgoing()])
    finally:
        os.umask(umask)
    assert {oct(p.stat().st_mode & 0o777) for p in public.rglob("*") if p.is_dir()} == {"0o755"}
    assert {oct(p.stat().st_mode & 0o777) for p in public.rglob("*.*ml")} == {"0o644"}


async def test_times_follow_the_organisation_unless_a_timezone_is_set(tmp_path):
    await site(tmp_path, timezone="America/New_York").send([outgoing()])
    assert "08:05" in Page(tmp_path / "public" / "index.html").text


async def test_the_root_speaks_the_language_that_is_configured(tmp_path):
    await site(tmp_path, locale="en").send([outgoing(title_en="Chat is down")])
    assert Page(tmp_path / "public" / "index.html").heading == "Chat is down"
    assert Page(tmp_path / "public" / "de" / "index.html").heading == "Störung: Chat und E-Mail-Support"


async def test_a_folder_that_cannot_be_is_refused_for_the_whole_channel(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    adapter = site(tmp_path, path="file/public")
    [outcome] = await adapter.send([outgoing()])
    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert str(tmp_path / "file") in outcome.reason
    assert (await adapter.probe()).health is Health.UNREACHABLE


async def test_a_damaged_memory_is_never_overwritten(adapter, public):
    await adapter.send([outgoing()])
    (public / "state.json").write_text('{"schema": "broadcast.site/1", "updates": [{}]}')
    before = contents(public)
    [outcome] = await adapter.send([outgoing("k2", sequence=2)])
    assert isinstance(outcome, Rejected)
    assert "state.json is damaged" in outcome.reason
    assert contents(public) == before
    assert (await adapter.probe()).health is Health.DEGRADED


async def test_a_probe_finds_the_folder_writable_and_publishes_nothing(adapter, public):
    assert (await adapter.probe()).health is Health.OK
    assert list(public.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("path", "", "path is empty"),
        ("url", "status.example.com", "url is not a web address"),
        ("timezone", "Mars/Olympus", "no timezone is called 'Mars/Olympus'"),
        ("locale", "fr", "the page does not speak 'fr'"),
        ("components", 7, "components must be names of services"),
    ],
)
def test_a_wrong_setting_is_named_with_its_fix(tmp_path, option, value, said):
    with pytest.raises(ConfigError, match=said) as caught:
        site(tmp_path, **{option: value})
    assert caught.value.hint


async def test_without_configured_services_the_page_lists_those_that_were_affected(tmp_path):
    await publish(site(tmp_path), [*sample.past(), *sample.outage()])
    text = Page(tmp_path / "public" / "index.html").text
    fine = "Keine Störung gemeldet"
    assert f"Dienste Online-Shop {fine} Telefon {fine} Chat Gestört E-Mail-Support Gestört" in text


async def test_a_light_incident_is_not_fine(tmp_path):
    await site(tmp_path).send([outgoing(severity=Severity.SEV4)])
    page = Page(tmp_path / "public" / "index.html")
    assert page.tones == ["tone-minor"]
    assert page.heading == "Eingeschränkt: Chat und E-Mail-Support"


async def test_every_page_has_the_letterhead_of_its_language_at_its_foot(adapter, public):
    await publish(adapter, [outgoing("k1")])

    german, english = (public / name for name in ("index.html", "en/incidents/INC-7.html"))
    foot = Page(german).text.partition("Musterstraße 1")
    assert foot[0].endswith("Muster Handel, ")
    assert foot[2].startswith(", 10115 Berlin Impressum Datenschutz")
    assert 'href="https://muster.example/impressum"' in german.read_text(encoding="utf-8")
    assert 'href="https://muster.example/imprint"' in english.read_text(encoding="utf-8")
    assert 'href="https://muster.example/datenschutz"' in english.read_text(encoding="utf-8")


async def test_a_page_without_a_letterhead_has_none(tmp_path, public):
    await publish(site(tmp_path, Letterhead()), [outgoing("k1")])

    assert "Impressum" not in Page(public / "index.html").text
