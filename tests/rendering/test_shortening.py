"""A cut falls between two words, and never into a link, a number or what it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.phrase import sentence, shortened, shortened_name
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, facts

RENDERER = Renderer(SHIPPED, "de")
LINK = "https://x.example/form?id=1&day=2024-11-02"
WHOLE = (LINK, "10 000 EUR", "030 2312 5000 an", "16 Nov um", "99,95 % der", "v2.0.1 ist", "Kasse 2 in")
WORDS = st.lists(st.sampled_from((*WHOLE, "Lager", "Die Zahlung", "geht", "nicht;")), min_size=1, max_size=12)


@given(WORDS, st.integers(10, 150))
def test_what_is_kept_is_kept_whole(words, limit):
    text = " ".join(words)
    cut = shortened(text, limit)

    assert len(cut) <= limit
    if cut not in {text, ""}:
        kept = cut.removesuffix("...").split()
        assert kept == [*text.split()[: len(kept) - 1], text.split()[len(kept) - 1].rstrip(";")]
        assert kept[-1] == LINK or not any(character.isdigit() for character in kept[-1])


def test_a_language_without_spaces_is_cut_between_what_readers_take_for_characters():
    assert shortened("漢字漢字漢字漢字漢字", 8) == "漢字漢字漢..."
    assert shortened("👩\u200d👩\u200d👧" * 9, 10) == "👩\u200d👩\u200d👧..."


def test_a_dot_never_becomes_part_of_a_link():
    assert shortened(f"Mehr: {LINK} und noch viel mehr Worte", 53) == f"Mehr: {LINK} ..."


def test_a_name_never_vanishes():
    assert shortened_name("10 000 EUR fehlen in der Kasse", 8) == "10 000 EUR..."
    assert shortened_name(LINK, 20) == LINK


@for_every("name", ["Verband " * 19, "Donaudampfschifffahrtsgesellschaft" * 4 + "mbH 1871"])
@for_every("phase", TextPhase)
def test_a_long_name_of_the_organisation_stops_no_notice(phase, name):
    for locale in ("de", "en"):
        for audience in AUDIENCES:
            for kind in ChannelKind:
                record = facts(phase, organisation=name.strip())
                assert RENDERER.render(record, audience, locale, kind).units.fits


def test_a_title_that_cannot_be_cut_is_refused_with_its_text_and_the_arithmetic():
    link = "https://x.example/" + "7" * 300
    with pytest.raises(TooLong, match=r"email\.subject\.j2: 3\d\d of 150 characters"):
        RENDERER.render(facts(title=link, services=(), wording=()), "customers", "de", ChannelKind.EMAIL)


def test_a_first_sentence_that_does_not_fit_is_refused_for_half_of_it_may_say_the_opposite():
    for message in ("https://x.example/" + "7" * 500, f"Bitte bestellen Sie {'wirklich ' * 60}nicht"):
        with pytest.raises(TooLong, match="even when shortened"):
            RENDERER.render(facts(message=message, wording=()), "customers", "de", ChannelKind.SMS)


@pytest.mark.parametrize("link", [LINK, "muster.example/hilfe", "hilfe@muster.example"])
def test_no_full_stop_of_ours_is_glued_to_a_link(link):
    assert sentence(f"Bitte hier: {link}") == f"Bitte hier: {link}"
    assert sentence(f"Bitte {link} lesen") == f"Bitte {link} lesen."


def test_what_still_works_is_left_to_mail_and_page_before_a_post_is_refused():
    told = replace(
        sample_facts(Situation.CORRECTION),
        scope="Filialen in Hamburg",
        works="Alle anderen Filialen erreichen Sie wie gewohnt.",
        instruction="Bitte kommen Sie nicht in die Filiale.",
    )

    post = RENDERER.render(told, "customers", "de", ChannelKind.SOCIAL)

    assert "what still works" in post.dropped
    assert told.scope in post.message.text
    assert told.instruction in post.message.text
    assert told.works in RENDERER.render(told, "customers", "de", ChannelKind.EMAIL).message.text
