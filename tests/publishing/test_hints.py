"""Warnings of the preview about the commander's words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.config.settings import AudienceSettings, ContactPointSettings
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Service
from broadcast.publishing.contact_points import audience_hotlines, reachable
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.hints import hints
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from tests.publishing.test_compose import composed
from tests.publishing.test_contact_points import CHAT, DEPENDENCIES, LANDLINE, MAILBOX, SETTINGS, ways

FACTS = composed(message="Wir suchen den Fehler noch.").facts


def facts(*affects, **given):
    found = ways(*affects)
    return replace(FACTS, hotline=found.hotline, alternatives=found.alternatives, **given)


@pytest.mark.parametrize(
    ("title", "value", "name"),
    [
        ("Telefonanlage gestört", LANDLINE, "hotline"),
        ("Phones down", LANDLINE, "hotline"),
        ("E-Mail gestört", MAILBOX, "mail"),
        ("Chat down", CHAT, "chat"),
    ],
)
def test_a_title_that_names_a_way_which_readers_are_told_to_use_is_pointed_out(title, value, name):
    [hint] = hints(facts(title=title), SETTINGS)

    assert value in hint
    assert "--affects" in hint
    assert name in hint.rpartition("--affects ")[2].split(",")


def test_a_contact_point_in_affects_causes_no_hint():
    title = "Telefon und E-Mail gestört"

    assert hints(facts("telephone", "outlook", title=title), SETTINGS) == []
    assert len(hints(facts(title=title), SETTINGS)) == 2


def test_services_and_translated_titles_name_ways_as_well():
    by_service = facts(title="Störung", services=(Service("line", (("de", "Hotline"),)),))
    by_translation = facts(title="Störung", wording=((("title", "en"), "Phones down"),))

    assert len(hints(by_service, SETTINGS)) == len(hints(by_translation, SETTINGS)) == 1


@pytest.mark.parametrize("phase", ["monitoring", "resolved", "retracted", "scheduled"])
def test_where_nothing_is_down_no_way_is_doubted(phase):
    told = facts(title="Telefon gestört")

    assert hints(replace(told, phase=type(told.phase)(phase)), SETTINGS) == []


@given(st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=9), st.integers(1, 6))
def test_a_message_of_a_word_or_two_is_pointed_out(word, count):
    said = hints(facts(message=" ".join([word] * count)), SETTINGS)

    assert bool(said) is (count <= 2)


def test_readers_with_a_number_of_their_own_get_it_unless_it_is_down():
    drivers = AudienceSettings(
        name="drivers", origin="", template_audience="field", hotline="+49 151 12345678"
    )
    settings = replace(SETTINGS, audiences={"drivers": drivers})
    depends = dependencies(settings)

    def numbers(*affects):
        return audience_hotlines(settings, depends.outage(affects), ())

    assert numbers() == numbers("festnetz") == numbers("hotline") == (("field", "+49 151 12345678"),)
    assert numbers("mobilfunk") == numbers("drivers-hotline") == numbers("telephone") == ()


def test_the_status_page_is_no_way_to_reach_anybody():
    page = replace(SETTINGS, hotline=None, alternatives={}, status_url="https://status.muster.example")
    only = {"mail": ContactPointSettings(name="mail", kind="email", value=MAILBOX)}

    assert not composed_with(page).cut_off
    assert composed_with(page).alternatives == ()
    assert composed_with(replace(page, alternatives=only), "outlook").cut_off


def composed_with(settings, *affects):
    return reachable(settings, DEPENDENCIES.outage(affects), [])


@pytest.mark.parametrize("kind", [ChannelKind.SMS, ChannelKind.EMAIL])
def test_drivers_are_told_their_own_number_even_where_no_other_works(kind):
    renderer = Renderer(Catalogue(default_folders(None)), "de")
    nothing = ways("telephone", "outlook", "chat")
    told = replace(
        facts(title="Telefon gestört"),
        hotline=None,
        alternatives=(),
        cut_off=nothing.cut_off,
        phone_down=nothing.phone_down,
        hotlines=(("field", "+49 30 5550100"),),
    )

    drivers = renderer.render(told, "field", "de", kind).message.text
    customers = renderer.render(told, "customers", "de", kind).message.text

    assert "+49 30 5550100" in drivers
    assert "nicht anrufen" not in drivers
    assert "erreichen uns zurzeit nicht" not in drivers
    assert "5550100" not in customers
    assert "erreichen uns zurzeit nicht" in customers
