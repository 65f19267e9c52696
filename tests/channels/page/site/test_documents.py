"""JSON for monitors, Atom for readers, and HTML that hostile texts cannot break out of."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from datetime import datetime
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from broadcast.model.incident import Service, Severity
from tests.channels.page.site import sample
from tests.channels.page.site.sample import COMPONENTS, outgoing, publish, site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SPECIFICATION = Path(__file__).parents[5] / "shared" / "specs" / "statuspage.json"


@pytest.fixture
async def several(tmp_path):
    await publish(site(tmp_path, components=COMPONENTS), sample.scenes()["several"])
    return tmp_path / "public"


def document(folder, name):
    return json.loads((folder / "api" / "v2" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_summary_says_what_a_monitor_asks(several):
    summary = document(several, "summary")
    assert summary["status"] == {"indicator": "critical", "description": "Major Service Outage"}
    assert [incident["name"] for incident in summary["incidents"]] == [
        "Online-Shop lädt langsam",
        "Chat und E-Mail-Support",
    ]
    assert [work["name"] for work in summary["scheduled_maintenances"]] == ["Neue Telefonanlage"]
    assert {each["id"]: each["status"] for each in summary["components"]} == {
        "orders": "operational",
        "shop": "degraded_performance",
        "chat": "major_outage",
        "mail": "major_outage",
        "phone": "operational",
        "app": "operational",
    }


@pytest.mark.parametrize(
    ("severity", "extent", "status"),
    [
        (Severity.SEV1, None, "major_outage"),
        (Severity.SEV2, None, "major_outage"),
        (Severity.SEV2, "part", "partial_outage"),
        (Severity.SEV3, "part", "degraded_performance"),
    ],
)
async def test_a_component_is_out_in_part_only_where_somebody_said_so(tmp_path, severity, extent, status):
    services = (Service("Chat", component="chat"),)
    await site(tmp_path, components={"chat": "Chat"}).send(
        [outgoing(severity=severity, extent=extent, services=services)]
    )
    [component] = document(tmp_path / "public", "components")["components"]
    assert component["status"] == status


async def test_what_nobody_checked_is_not_called_operational_in_words(tmp_path):
    await publish(site(tmp_path), list(sample.past()))
    status = document(tmp_path / "public", "status")["status"]
    assert status == {"indicator": "none", "description": "No Outage Reported"}


def test_every_document_names_its_page(several):
    names = ["summary", "status", "incidents", "incidents/unresolved", "components", "scheduled-maintenances"]
    pages = [document(several, name)["page"] for name in names]
    assert all(page == pages[0] for page in pages)
    assert pages[0]["name"] == "Muster Handel · Status"
    assert pages[0]["url"] == "https://status.muster.example"
    assert pages[0]["time_zone"] == "Europe/Berlin"
    assert pages[0]["updated_at"] == "2025-11-16T14:05:00.000+01:00"


def test_an_incident_lists_its_updates_newest_first(several):
    incident = document(several, "incidents")["incidents"][1]
    assert incident["id"] == "INC-7"
    assert incident["status"] == "identified"
    assert incident["impact"] == "critical"
    assert incident["started_at"] == "2025-11-16T13:40:00.000+01:00"
    assert incident["resolved_at"] is None
    assert incident["shortlink"] == "https://status.muster.example/incidents/INC-7.html"
    assert [update["status"] for update in incident["incident_updates"]] == ["identified", "investigating"]
    assert [update["display_at"] for update in incident["incident_updates"]] == [
        "2025-11-16T14:05:00.000+01:00",
        "2025-11-16T13:45:00.000+01:00",
    ]


def test_maintenance_has_its_window(several):
    planned, past = document(several, "scheduled-maintenances")["scheduled_maintenances"]
    assert planned["scheduled_for"] == "2025-11-16T22:00:00.000+01:00"
    assert planned["scheduled_until"] == "2025-11-17T00:00:00.000+01:00"
    assert planned["impact"] == "maintenance"
    assert past["status"] == "completed"


async def test_a_retraction_is_over_and_had_no_impact(tmp_path):
    await publish(site(tmp_path), list(sample.past()))
    folder = tmp_path / "public"
    retracted = document(folder, "incidents")["incidents"][0]
    assert (retracted["id"], retracted["status"], retracted["impact"]) == ("INC-5", "resolved", "none")
    assert document(folder, "incidents/unresolved")["incidents"] == []
    assert document(folder, "status")["status"]["indicator"] == "none"


async def test_what_is_open_is_never_all_well_to_a_monitor(tmp_path):
    await site(tmp_path).send([outgoing(severity=Severity.SEV4)])
    assert document(tmp_path / "public", "incidents")["incidents"][0]["impact"] == "none"
    assert document(tmp_path / "public", "status")["status"]["indicator"] == "minor"


async def test_maintenance_is_listed_by_whether_it_has_begun(tmp_path):
    await publish(site(tmp_path), sample.scenes()["maintenance"])
    listed = {
        name: {
            one["status"]
            for one in document(tmp_path / "public", f"scheduled-maintenances/{name}")[
                "scheduled_maintenances"
            ]
        }
        for name in ("upcoming", "active")
    }

    assert listed["active"] == {"in_progress"}
    assert listed["upcoming"] <= {"scheduled"}


async def test_running_maintenance_is_an_indicator_of_its_own(tmp_path):
    await publish(site(tmp_path), sample.scenes()["maintenance"])
    assert document(tmp_path / "public", "status")["status"]["indicator"] == "maintenance"


@pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="the Statuspage description is not beside this checkout"
)
async def test_every_word_is_one_that_statuspage_uses(tmp_path):
    schemas = json.loads(SPECIFICATION.read_text())["components"]["schemas"]
    await publish(
        site(tmp_path, components=COMPONENTS),
        [*sample.scenes()["several"], *sample.outage(sample.WATCHED, sample.OVER)],
    )
    folder = tmp_path / "public"
    works = document(folder, "scheduled-maintenances")["scheduled_maintenances"]
    incidents = document(folder, "incidents")["incidents"] + works
    for incident in incidents:
        conforms(incident, schemas["Incident"])
        for update in incident["incident_updates"]:
            conforms(update, schemas["IncidentUpdate"])
    for component in document(folder, "components")["components"]:
        conforms(component, schemas["Component"])


def conforms(record, schema):
    for name, value in record.items():
        known = schema["properties"].get(name)
        if known is None or value is None:
            continue
        if "enum" in known:
            assert value in known["enum"], (name, value)
        if known.get("format") == "date-time":
            assert datetime.fromisoformat(value).tzinfo, (name, value)
        elif known["type"] == "string":
            assert isinstance(value, str), (name, value)


def test_the_feed_has_one_entry_per_update_newest_first(several):
    feed = ET.parse(several / "feed.atom").getroot()
    assert feed.findtext("a:title", "", ATOM) == "Muster Handel · Status"
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 11
    assert entries[0].findtext("a:title", "", ATOM) == "Ursache gefunden: Chat und E-Mail-Support"
    updated = [entry.findtext("a:updated", "", ATOM) for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext("a:updated", "", ATOM) == updated[0]


def test_every_entry_leads_to_a_place_that_exists(several):
    for name, folder in (("feed.atom", several), ("en/feed.atom", several / "en")):
        for link in ET.parse(several / name).iterfind("a:entry/a:link[@type='text/html']", ATOM):
            address, _, anchor = link.attrib["href"].partition("#")
            page = several / address.removeprefix("https://status.muster.example/")
            assert page.is_relative_to(folder)
            assert f'id="{anchor}"' in page.read_text(encoding="utf-8")


async def test_ids_of_entries_stay_when_more_is_published(tmp_path):
    adapter = site(tmp_path)
    await publish(adapter, list(sample.outage()))
    before = ids(tmp_path / "public")
    await publish(adapter, list(sample.outage(sample.WATCHED, sample.OVER)))
    after = ids(tmp_path / "public")
    assert after[-len(before) :] == before
    assert len(set(after)) == 4


def ids(folder):
    return [entry.text for entry in ET.parse(folder / "feed.atom").iterfind("a:entry/a:id", ATOM)]


class Skeleton(HTMLParser):
    """What a page is built of: elements with the names of their attributes."""

    def __init__(self, html):
        super().__init__()
        self.elements: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.addresses = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements[tag, tuple(sorted(name for name, _ in attrs))] += 1
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action"}]


HOSTILE = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<svg/onload=alert(1)>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:alert(1)",
    "&lt;script&gt;&#60;b&#62;",
    "]]><x/><![CDATA[",
    "a\x00b\x08c\x1bd\x7fe\x9ff\ud800g\ufffeh",
    "<math><mtext></p><style><img src onerror=alert(1)>",
    "</p></li></ol><h1>Alles gut</h1>",
]
PLAIN = "harmless"


def hostile(payload):
    return outgoing(
        "k<1>\"'" if payload != PLAIN else "key",
        incident="INC-7",
        title=payload,
        title_en=payload,
        de=payload,
        en=payload,
        organisation=payload,
        services=(Service(payload, component=payload),),
        hotline=payload,
        link=payload,
        next_update=sample.NOW,
    )


@pytest.mark.parametrize("payload", HOSTILE)
async def test_hostile_texts_add_no_element_and_no_attribute(tmp_path, payload):
    await site(tmp_path, path="plain").send([hostile(PLAIN)])
    await site(tmp_path, path="hostile").send([hostile(payload)])
    for path in (tmp_path / "plain").rglob("*.html"):
        plain = Skeleton(path.read_text(encoding="utf-8"))
        attacked = Skeleton(
            (tmp_path / "hostile" / path.relative_to(tmp_path / "plain")).read_text(encoding="utf-8")
        )
        assert attacked.elements == plain.elements
        assert not [each for each in attacked.addresses if each.lower().startswith("javascript:")]
    for path in (tmp_path / "hostile").rglob("*.atom"):
        assert len(ET.parse(path).findall("a:entry", ATOM)) == 1
    for path in (tmp_path / "hostile").rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


async def test_the_policy_allows_the_page_its_own_style_and_script_and_nothing_else(several):
    for path in several.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
        policy = unescape(policy)
        assert policy.startswith("default-src 'none'; ")
        for tag in ("style", "script"):
            for inline in re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL):
                digest = b64encode(sha256(inline.encode()).digest()).decode()
                assert f"{tag}-src 'sha256-{digest}'" in policy
        assert "style=" not in html
        assert len(html.encode()) < 100_000


async def test_a_long_incident_keeps_the_front_page_light(tmp_path):
    body = "Wir arbeiten weiter an der Lösung. " * 40
    updates = [outgoing(sequence=number, de=body, en=body) for number in range(1, 41)]
    await publish(site(tmp_path), updates)
    front = (tmp_path / "public" / "index.html").read_text(encoding="utf-8")
    assert len(front.encode()) < 100_000
    assert "Alle 40 Meldungen<" in front
