"""Warnings of the preview."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.ledger.records import NoticeText
from broadcast.model.message import Message
from broadcast.publishing.advisories import mistyped, shortened, untranslated
from broadcast.publishing.request import Request, Verb
from broadcast.rendering.length import Length
from broadcast.rendering.render import Rendered

SYSTEMS = ["sms", "twilio", "twilio-sms"]


def request(**given):
    return Request(verb=Verb.NOTIFY, title="Down", **given)


def test_a_system_that_nothing_depends_on_causes_a_warning_with_the_nearest_name():
    [remark] = mistyped(request(affects=("twillio", "twilio")), SYSTEMS)

    assert "no channel has twillio" in remark
    assert remark.endswith("did you mean twilio?")


def test_a_variable_that_looks_like_a_fact_is_pointed_out_and_an_own_one_is_not():
    [remark] = mistyped(request(variables=(("scop", "all"), ("ticket", "7"), ("impact.en", "x"))), SYSTEMS)

    assert "-v scop" in remark
    assert "did you mean scope?" in remark


def test_readers_of_another_language_are_pointed_out_until_it_is_translated():
    told = untranslated(
        request(message="Geht.", variables=(("title.en", "Down"), ("message.en", "Works."))),
        ("de", "en", "fr"),
        "de",
    )

    fix = '-v title.fr="..." -v message.fr="..."'
    assert told == [f"readers in fr get the title and the message untranslated; add {fix}"]


WORDS = ["title", "message", "scope", "impact", "action", "cause", "data_loss", "instruction"]


@pytest.mark.parametrize("name", WORDS)
def test_each_of_the_commanders_words_is_pointed_out_unless_it_is_translated(name):
    said = {"title": "Weg", "message": "Geht."}
    given = {name: said[name]} if name in said else {"variables": ((name, "Ein Kabel."),)}
    update = Request(verb=Verb.UPDATE, **given)
    translated = replace(update, variables=(*update.variables, (f"{name}.en", "...")))

    spoken = name.replace("_", " ")
    assert untranslated(update, ("de", "en"), "de") == [
        f'readers in en get the {spoken} untranslated; add -v {name}.en="..."'
    ]
    assert untranslated(translated, ("de", "en"), "de") == []


def test_words_that_only_colleagues_read_are_pointed_out_for_their_languages():
    internal = request(variables=(("internal_needs", "Zwei Leute"), ("internal_personal_data", "yes")))
    translated = request(variables=(("internal_needs", "Zwei Leute"), ("internal_needs.en", "Two people")))

    [title, told] = untranslated(internal, ("de", "en", "fr"), "de", ("de", "en"))
    assert told.startswith("readers in fr get the title")
    assert title.endswith('-v title.en="..." -v internal_needs.en="..."')
    assert "internal" not in " ".join(untranslated(translated, ("de", "en"), "de"))


def test_words_in_another_language_only_cause_a_warning():
    foreign = Request(verb=Verb.UPDATE, variables=(("instruction.en", "Drive on"),))

    assert untranslated(foreign, ("de", "en", "fr"), "de") == [
        'readers in de do not get the instruction; add -v instruction="..."',
        'readers in fr do not get the instruction; add -v instruction.fr="..."',
    ]


def test_a_fact_that_is_taken_back_needs_no_translation():
    assert untranslated(Request(verb=Verb.UPDATE, variables=(("works", "none"),)), ("de", "en"), "de") == []


def test_a_correction_is_to_be_translated():
    corrected = Request(verb=Verb.UPDATE, corrects="Nur Hamburg.")

    assert untranslated(corrected, ("en",), "de") == [
        'readers in en get the correction untranslated; add -v corrects.en="..."'
    ]


def test_a_region_needs_no_translation_of_its_own():
    english = request(message="Down.", variables=(("title.de", "Weg"), ("message.de", "Weg.")))

    assert untranslated(english, ("de-AT", "en-GB", "en"), "en") == []


def test_nothing_is_pointed_out_where_nothing_was_typed():
    assert untranslated(Request(verb=Verb.RESOLVE), ("de", "en"), "de") == []


def test_words_that_did_not_fit_are_pointed_out_where_they_are_the_commanders():
    text = NoticeText("public", "social", Message(locale="de", text="kurz"))
    cut = Rendered(text.message, "x.j2", Length("weighted", 4, 280), ("message",))
    polite = Rendered(text.message, "x.j2", Length("weighted", 4, 280), ("pleasantry",))

    assert shortened([text, text], [cut, polite]) == [
        "social, de, public: the message was shortened or left out to fit"
    ]
