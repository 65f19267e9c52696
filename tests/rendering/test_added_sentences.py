"""What a commander sees of the sentences that nobody typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering.added_sentences import added
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED, with_files

EMAIL, SMS = ChannelKind.EMAIL, ChannelKind.SMS


def found(facts: Facts, kind: ChannelKind = EMAIL, locale: str = "de", catalogue=SHIPPED) -> tuple[str, ...]:
    return added(
        Renderer(catalogue, locale).render(facts, "customers", locale, kind), facts, "customers", kind
    )


def test_the_commanders_words_state_help_and_next_update_are_not_among_them():
    facts = replace(
        sample_facts(Situation.INVESTIGATING),
        message="Rechnung geht. Bitte rufen Sie nicht an, wir suchen schon.",
        scope="Alle Filialen am Bodensee",
        wording=(),
    )

    assert found(facts) == ("Das tut uns leid.", "Wir suchen die Ursache.")
    assert found(facts, SMS) == ()


def test_a_promise_that_no_way_to_reach_us_works_is_help():
    facts = replace(
        sample_facts(Situation.INVESTIGATING), hotline=None, alternatives=(), cut_off=True, message=None
    )

    assert "erreichen" not in " ".join(found(facts, SMS))


@pytest.mark.parametrize(
    ("situation", "locale", "sentence"),
    [
        (Situation.RETRACTION, "de", "Sie müssen nichts tun."),
        (Situation.RETRACTION, "en", "You do not need to do anything."),
        (Situation.RESOLVED, "de", "Bitte entschuldigen Sie die Störung."),
        (Situation.MONITORING, "en", "We will keep monitoring."),
        (Situation.DRILL, "de", "Der Test ändert für Sie nichts."),
        (Situation.CANCELLED, "en", "You do not need to do anything."),
    ],
)
def test_what_the_shipped_texts_add_is_named(situation, locale, sentence):
    assert sentence in found(sample_facts(situation), locale=locale)


def test_so_is_what_a_template_of_ones_own_adds(tmp_path):
    own = "{{ organisation }}: {{ services }} steht.\n\nVersuchen Sie es nach {{ next_update|hour }}.\n"
    catalogue = with_files(tmp_path, {"de/customers/email.txt.j2": own})

    assert found(sample_facts(Situation.UPDATE), catalogue=catalogue) == (
        "... steht.",
        "Versuchen Sie es nach 14:35 Uhr.",
    )


def test_a_language_that_we_do_not_speak_shows_the_sentences_without_facts(tmp_path):
    own = "{{ services }} : en panne. Nous cherchons la cause.\n"
    catalogue = with_files(
        tmp_path, {"fr/customers/email.txt.j2": own, "fr/customers/email.subject.j2": "Panne {{ mark }}"}
    )
    facts = replace(sample_facts(Situation.UPDATE), phase=Phase.IDENTIFIED)

    assert found(facts, locale="fr", catalogue=catalogue) == ("Nous cherchons la cause.",)
