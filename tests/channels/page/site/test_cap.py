"""CAP 1.2, held to the rules of its schema, which are written out here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from broadcast.model.incident import Phase
from tests.channels.page.site import sample
from tests.channels.page.site.sample import NOW, TITLES, Beat, incident, outgoing, publish, site

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
#: Name, whether it must be there, and what it may say, in the order of the schema.
ALERT = [
    ("identifier", True, r"[^ ,<&]+"),
    ("sender", True, r"[^ ,<&]+"),
    ("sent", True, MOMENT),
    ("status", True, "Actual|Exercise|System|Test|Draft"),
    ("msgType", True, "Alert|Update|Cancel|Ack|Error"),
    ("source", False, ".+"),
    ("scope", True, "Public|Restricted|Private"),
    ("note", False, ".+"),
    ("references", False, rf"[^ ,]+,[^ ,]+,{MOMENT}( [^ ,]+,[^ ,]+,{MOMENT})*"),
    ("incidents", False, r"\S+"),
    ("info", False, None),
]
INFO = [
    ("language", False, "[a-z]{2,3}(-[A-Za-z0-9]+)*"),
    ("category", True, "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other"),
    ("event", True, ".+"),
    ("responseType", False, "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None"),
    ("urgency", True, "Immediate|Expected|Future|Past|Unknown"),
    ("severity", True, "Extreme|Severe|Moderate|Minor|Unknown"),
    ("certainty", True, "Observed|Likely|Possible|Unlikely|Unknown"),
    ("effective", False, MOMENT),
    ("onset", False, MOMENT),
    ("expires", False, MOMENT),
    ("senderName", False, ".+"),
    ("headline", False, ".{1,160}"),
    ("description", False, "(?s:.+)"),
    ("web", False, r"https?://\S+"),
    ("contact", False, ".+"),
]


def assert_schema(element, rules):
    names = [child.tag.removeprefix(CAP) for child in element]
    order = [name for name, _, _ in rules]
    assert names == sorted(names, key=order.index)
    for name, required, pattern in rules:
        found = element.findall(CAP + name)
        assert len(found) <= 1 or name == "info"
        assert found or not required, name
        for each in found if pattern else ():
            assert re.fullmatch(pattern, each.text), (name, each.text)


def alerts(folder):
    """Every alert, in the order of their moments; each keeps to the schema."""
    read = [ET.parse(path).getroot() for path in (folder / "cap").glob("*.xml")]
    for alert in read:
        assert alert.tag == f"{CAP}alert"
        assert_schema(alert, ALERT)
        for info in alert.findall(f"{CAP}info"):
            assert_schema(info, INFO)
    return sorted(read, key=lambda alert: datetime.fromisoformat(said(alert, "sent")))


def said(element, name):
    return element.findtext(CAP + name)


@pytest.mark.parametrize("scene", sample.scenes())
async def test_every_scene_of_a_page_is_told_in_alerts_that_keep_to_the_schema(tmp_path, scene):
    messages = sample.scenes()[scene]
    await publish(site(tmp_path), messages)

    drills = tmp_path / "public" / "drill"
    count = len(alerts(tmp_path / "public")) + (len(alerts(drills)) if drills.exists() else 0)
    assert count == len(messages)


async def test_an_outage_is_an_alert_and_each_update_refers_to_all_before_it(tmp_path):
    await publish(site(tmp_path), list(sample.outage(sample.WATCHED, sample.OVER)))
    told = alerts(tmp_path / "public")

    assert [said(alert, "msgType") for alert in told] == ["Alert", "Update", "Update", "Update"]
    assert {said(alert, "sender") for alert in told} == {"status.muster.example"}
    names = [",".join(said(alert, part) for part in ("sender", "identifier", "sent")) for alert in told]
    assert [said(alert, "references") for alert in told] == [
        None,
        names[0],
        " ".join(names[:2]),
        " ".join(names[:3]),
    ]
    infos = [alert.find(f"{CAP}info") for alert in told]
    assert [said(info, "responseType") for info in infos] == ["Monitor", "Monitor", "Monitor", "AllClear"]
    assert [said(info, "urgency") for info in infos] == ["Immediate", "Immediate", "Past", "Past"]
    assert {said(alert, "incidents") for alert in told} == {"INC-7"}


@pytest.mark.parametrize(
    ("first", "last"),
    [(Phase.INVESTIGATING, Phase.RETRACTED), (Phase.SCHEDULED, Phase.CANCELLED)],
)
async def test_what_will_not_be_or_never_was_is_cancelled(tmp_path, first, last):
    beats = (
        Beat(minutes=0, phase=first, de="Eins", en="One"),
        Beat(minutes=9, phase=last, de="Zwei", en="Two"),
    )
    await publish(site(tmp_path), list(incident("INC-7", NOW, beats, **TITLES)))

    assert [said(alert, "msgType") for alert in alerts(tmp_path / "public")] == ["Alert", "Cancel"]


async def test_an_alert_speaks_german_and_english(tmp_path):
    await publish(site(tmp_path), list(sample.outage())[:1])
    [alert] = alerts(tmp_path / "public")
    infos = {said(info, "language"): info for info in alert.findall(f"{CAP}info")}

    assert {language: said(info, "event") for language, info in infos.items()} == {
        "de": "Störung",
        "en": "Outage",
    }
    assert said(infos["de"], "headline") == "Chat und E-Mail-Support"
    assert said(infos["en"], "headline") == "Chat and e-mail support"
    assert "Bitte rufen Sie uns an" in said(infos["de"], "description")
    assert "Please call us" in said(infos["en"], "description")
    assert said(infos["en"], "contact") == "+49 30 23125000"
    assert said(infos["en"], "web") == "https://status.muster.example/incidents/INC-7.html"


async def test_a_drill_is_an_exercise_in_every_field_that_is_read(tmp_path):
    await publish(site(tmp_path), list(sample.outage(drill=True))[:1])
    [alert] = alerts(tmp_path / "public" / "drill")
    info = alert.find(f"{CAP}info")

    assert (said(alert, "status"), said(alert, "note")) == ("Exercise", "ÜBUNG")
    assert "ÜBUNG" in said(info, "headline")
    assert said(info, "description").startswith("ÜBUNG")
    assert said(info, "description").endswith("ÜBUNG")
    assert not (tmp_path / "public" / "cap").exists()


@pytest.mark.parametrize(
    ("as_of", "sent"),
    [
        (NOW, "2025-11-16T14:05:00+01:00"),
        (NOW.replace(month=7), "2025-07-16T14:05:00+02:00"),
        (datetime(2025, 7, 16, 12, 5, tzinfo=UTC), "2025-07-16T12:05:00-00:00"),
    ],
)
async def test_moments_have_an_offset_and_utc_is_minus_zero(tmp_path, as_of, sent):
    await site(tmp_path).send([outgoing(as_of=as_of)])

    assert said(alerts(tmp_path / "public")[0], "sent") == sent


async def test_an_alert_that_was_sent_is_never_changed(tmp_path):
    messages = list(sample.outage(sample.WATCHED))
    await publish(site(tmp_path), messages[:1])
    [first] = (tmp_path / "public" / "cap").iterdir()
    before = first.read_bytes()

    await publish(site(tmp_path), messages[1:])

    assert first.read_bytes() == before


async def test_the_feed_leads_to_every_alert(tmp_path):
    await publish(site(tmp_path), list(sample.outage()))
    folder = tmp_path / "public"

    for feed in ("feed.atom", "en/feed.atom"):
        links = ET.parse(folder / feed).iterfind("a:entry/a:link[@type='application/cap+xml']", ATOM)
        paths = [link.attrib["href"].removeprefix("https://status.muster.example/") for link in links]
        assert {folder / path for path in paths} == set((folder / "cap").iterdir())


async def test_a_page_without_an_address_has_alerts_and_links_that_lead_to_them(tmp_path):
    await site(tmp_path, url="").send([outgoing(organisation="Muster & Söhne, <GmbH>")])
    folder = tmp_path / "public"
    [alert] = alerts(folder)

    assert said(alert, "sender") == "Muster-S-hne-GmbH"
    link = ET.parse(folder / "en" / "feed.atom").find("a:entry/a:link[@type='application/cap+xml']", ATOM)
    assert (folder / "en" / link.attrib["href"]).resolve().is_file()


@pytest.mark.parametrize("payload", ["</alert><x>&<![CDATA[", "a\x00b\x1bc\ufffe", "x" * 400, " , & <"])
async def test_hostile_texts_stay_texts(tmp_path, payload):
    message = outgoing(title=payload, title_en=payload, de=payload, en=payload, hotline=payload)
    await site(tmp_path).send([replace(message, key=f"k{payload[:40]}")])
    [alert] = alerts(tmp_path / "public")

    assert len(alert.findall(f"{CAP}info")) == 2
