"""Addresses and numbers that people typed: links in a mail, never broken by our full stop, calling nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind, Limit, Measure
from broadcast.model.message import Message
from broadcast.model.notice import ContactPoint
from broadcast.model.situation import Situation
from broadcast.rendering.post_length import weighted_length
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
AUDIENCES = ("customers", "agents", "supervisors", "executives", "technical", "field")
_BODY = re.compile(r'<td class="text".*?</td>', re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')


def told(kind: ChannelKind = ChannelKind.EMAIL, audience: str = "customers", **changes: Any) -> Message:
    situation = changes.pop("situation", Situation.INVESTIGATING)
    record = replace(sample_facts(Situation(situation)), **{"wording": (), **changes})
    return RENDERER.render(record, audience, "de", kind).message


def links_of(**changes: Any) -> list[tuple[str, str]]:
    """Where the links in the text of the HTML part lead, and what they show."""
    html = told(**{"hotline": None, "alternatives": (), **changes}).html or ""
    return [(unescape(to), unescape(shown)) for to, shown in _LINK.findall(_BODY.findall(html)[0])]


@pytest.mark.parametrize(
    ("message", "target", "shown"),
    [
        ("Mehr: https://muster.example/a?b=1&c=2#d.", "https://muster.example/a?b=1&c=2#d", None),
        ("Mehr (https://muster.example/wiki/A_(B)).", "https://muster.example/wiki/A_(B)", None),
        ("Mehr unter „https://muster.example/a“.", "https://muster.example/a", None),
        ('Mehr unter "https://muster.example/a".', "https://muster.example/a", None),
        ("Mehr <https://muster.example/a>.", "https://muster.example/a", None),
        ("HTTPS://MUSTER.EXAMPLE/A", "HTTPS://MUSTER.EXAMPLE/A", None),
        ("Siehe www.muster.example, bitte.", "https://www.muster.example", "www.muster.example"),
        ("An hilfe+x@muster.example.", "mailto:hilfe+x@muster.example", "hilfe+x@muster.example"),
        ("Rufen Sie 030 23125-002 an.", "tel:03023125002", "030 23125-002"),
        ("Notfall (+49 (0)30 23125002).", "tel:+493023125002", "+49 (0)30 23125002"),
        ("Notfall: 0049/30/23125002", "tel:00493023125002", "0049/30/23125002"),
    ],
)
def test_what_leads_somewhere_is_a_link_in_html(message, target, shown):
    assert links_of(message=message) == [(target, shown or target)]


@pytest.mark.parametrize(
    "message",
    [
        "Am 05.12.2026, von 08:00-10:00 Uhr, kostet es 0,50 Euro.",
        "Auftrag 4711-2025 und 2025-11-16 an Gerät 10.0.3.12, Version 1.2.3.",
        "Konto javascript:alert(1), Pfad /a/b, und/oder, z.B. so, data:text/html,x",
        "Zimmer 0815, Platz 01/02, Raum 0-1-2.",
        "@muster, a@b, @ und https:// allein",
    ],
)
def test_what_leads_nowhere_is_none(message):
    assert links_of(message=message) == []


def test_the_numbers_of_the_organisation_are_links_however_short_they_are():
    ways = (ContactPoint("phone", "112"), ContactPoint("email", "hilfe@muster.example"))

    found = links_of(
        hotline="116117", alternatives=ways, message="Anruf bei 116117 genügt, nicht bei 1161179."
    )

    assert {to for to, _ in found} == {"tel:116117", "tel:112", "mailto:hilfe@muster.example"}
    assert ("tel:116117", "116117") in found


def test_an_address_of_a_single_person_is_a_link():
    html = told(message="Melden: https://muster.example/?k={{x}}").html or ""

    assert 'href="https://muster.example/?k={{x}}"' in html


@pytest.mark.parametrize(
    "hostile", ['https://a.example/"onclick="x', "https://a.example/'><b>x", "x@b.de'><b>"]
)
def test_a_link_ends_where_html_would_begin(hostile):
    html = _BODY.findall(told(message=hostile).html or "")[0]

    assert not re.search(r"<a [^>]*(?:onclick|<b>)", html)
    assert "<b>" not in html


FACTS = ("message", "scope", "impact", "action", "instruction", "works", "data_loss", "cause", "correction")
PRIVATE = [kind for kind in ChannelKind if kind not in {ChannelKind.SOCIAL, ChannelKind.PAGE}]


@for_every("fact", FACTS)
@for_every("situation", Situation)
def test_our_full_stop_never_touches_a_link(situation, fact):
    if fact == "correction" and situation is not Situation.CORRECTION:
        return
    given: dict[str, Any] = {fact: "Siehe https://a.example/b"}
    texts = [told(kind, audience, situation=situation, **given) for kind in PRIVATE for audience in AUDIENCES]
    given |= {"hotline": None, "alternatives": ()}
    texts += [told(kind, situation=situation, **given) for kind in (ChannelKind.SOCIAL, ChannelKind.PAGE)]

    glued = [found for each in texts for found in re.findall(r"\S*https://\S*[.,;:!](?=\s|$)", each.text)]

    assert glued == []


@pytest.mark.parametrize("name", ["@krise", "(@krise)", ".@krise", "\uff20krise"])
def test_a_name_in_a_post_calls_no_stranger(name):
    text = told(ChannelKind.SOCIAL, message=f"Danke an {name} und hilfe@muster.example, #muster").text

    assert not re.search(r"(?<![\w=/])[@\uff20]\w", text)
    assert text.replace("\u2060", "").count(name) == 1
    assert "hilfe@muster.example, #muster" in text


def test_what_breaks_a_name_is_counted():
    record = replace(sample_facts(Situation.INVESTIGATING), message="Danke @a.", wording=())
    plain = replace(record, message="Danke a.")
    renderer = Renderer(SHIPPED, "de", post=[Limit(Measure.WEIGHTED, 280)])

    with_name, without = (
        renderer.render(one, "customers", "de", ChannelKind.SOCIAL) for one in (record, plain)
    )

    assert with_name.units.units == weighted_length(with_name.message.text)
    assert with_name.units.units == without.units.units + 3
