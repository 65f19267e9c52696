"""No text names a contact point that is down, and every text says how readers can reach us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadcast.config.settings import ContactPointSettings, Settings
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import TextPhase
from broadcast.model.phone_line import phone_line
from broadcast.planning.outage import Dependencies
from broadcast.publishing.contact_points import reachable
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts

LANDLINE, MOBILE, MAILBOX, CHAT = (
    "+49 30 23125000",
    "+49 151 12345678",
    "hilfe@muster.example",
    "muster.example/chat",
)
WAYS = [
    ContactPointSettings(name="mobile", kind="phone", value=MOBILE),
    ContactPointSettings(
        name="mail", kind="email", value=MAILBOX, hours=(("de", "Mo-Fr 8-20 Uhr"), ("en", "Mon-Fri 8-20"))
    ),
    ContactPointSettings(name="chat", kind="chat", value=CHAT, service="chat"),
]
SETTINGS = Settings(
    folder=Path(),
    path=None,
    ledger=Path("ledger.db"),
    organisation="Muster Handel",
    locale="de",
    timezone=ZoneInfo("Europe/Berlin"),
    hotline=LANDLINE,
    alternatives={way.name: way for way in WAYS},
)
DEPENDENCIES = Dependencies(systems={"@muster.example": ("microsoft",)}, line=phone_line)
DEAD_WITH = {"landline": LANDLINE, "mobile": MOBILE, "outlook": MAILBOX, "chat": CHAT}


@pytest.fixture(scope="module")
def renderer():
    return Renderer(Catalogue(default_folders(None)), "de")


def ways(*affects):
    return reachable(SETTINGS, DEPENDENCIES.outage(affects), [name for name in affects if name == "chat"])


def test_a_number_that_works_takes_the_place_of_a_hotline_that_does_not():
    assert ways().hotline == LANDLINE
    assert ways("festnetz").hotline == MOBILE
    assert ways("telephone").hotline is None
    assert not ways("telephone").cut_off


@pytest.mark.parametrize(
    ("service", "silent"), [("phone", LANDLINE), ("Telefon", LANDLINE), ("email", MAILBOX)]
)
def test_a_disturbed_service_takes_the_way_that_it_carries_by_its_name(service, silent):
    offered = reachable(SETTINGS, DEPENDENCIES.outage([]), [service])
    assert silent not in {offered.hotline, *(way.value for way in offered.alternatives)}
    assert MOBILE in {way.value for way in offered.alternatives}


def test_a_way_that_names_its_service_depends_on_no_other():
    own = replace(SETTINGS, alternatives={"mail": replace(WAYS[1], service="crm")})
    assert [way.value for way in reachable(own, DEPENDENCIES.outage([]), ["email"]).alternatives] == [
        LANDLINE,
        MAILBOX,
    ]


def test_phone_down_is_known_only_with_a_phone_number():
    assert ways("telephone").phone_down
    assert not ways("festnetz").phone_down
    mail_alone = replace(SETTINGS, hotline=None, alternatives={"mail": WAYS[1]})
    assert not reachable(mail_alone, DEPENDENCIES.outage(["telephone"]), []).phone_down


def test_where_everything_is_down_it_is_said_and_where_nothing_was_configured_it_is_not():
    assert ways("telephone", "outlook", "chat").cut_off
    assert not reachable(
        replace(SETTINGS, hotline=None, alternatives={}), DEPENDENCIES.outage(["x"]), []
    ).cut_off


@examples(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(DEAD_WITH))),
    st.sampled_from([TextPhase.INVESTIGATING, TextPhase.IDENTIFIED, TextPhase.UPDATE]),
    st.sampled_from(["public", "customers", "agents", "field"]),
    st.sampled_from(["de", "en"]),
    st.sampled_from([ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.SOCIAL]),
)
def test_no_text_names_a_dead_way_and_none_says_nothing(renderer, down, phase, audience, locale, kind):
    if kind is ChannelKind.SOCIAL:
        audience = "public"
    if audience == "agents" and kind is ChannelKind.SMS:
        kind = ChannelKind.EMAIL  # a text message tells agents what to say, the mail how customers reach us
    found = ways(*down)
    facts = replace(
        sample_facts(phase),
        hotline=found.hotline,
        alternatives=found.alternatives,
        cut_off=found.cut_off,
        link=None,
    )

    message = renderer.render(facts, audience, locale, kind).message

    said = f"{message.text}\n{message.html or ''}"
    assert not [value for name, value in DEAD_WITH.items() if name in down and value in said]
    alive = [value for name, value in DEAD_WITH.items() if name not in down]
    silence = "erreichen uns zurzeit nicht" if locale == "de" else "cannot reach us"
    assert any(value in said for value in alive) or (not alive and silence in said)
