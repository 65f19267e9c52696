"""What holds of every text of every notice, whatever is known and whenever it is written.

Each property is tried a few times every day, and often with `make slow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.rendering import length, prose, speech
from broadcast.rendering.proof.case import Case, parts
from broadcast.rendering.proof.claims import claimed
from broadcast.rendering.proof.languages import mixed
from broadcast.rendering.proof.needs import left_unsaid
from broadcast.rendering.proof.parity import marked, unequal
from broadcast.rendering.proof.states import contradictions
from broadcast.rendering.proof.style import remarked
from broadcast.rendering.proof.times import misplaced_times
from broadcast.rendering.proof.vocabulary import unclear
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import CANARY
from broadcast.rendering.words import words_for
from tests.rendering.facts import SHIPPED
from tests.rendering.made_up import texts

RENDERER = Renderer(SHIPPED, "de")


def written(case: Case) -> Rendered:
    """The text, which a commander is asked to shorten where even two or three parts do not hold it."""
    try:
        return RENDERER.render(case.facts, case.audience, case.locale, case.kind)
    except TooLong:
        assume(False)
        raise


def nothing(found: Iterable[object]) -> None:
    problems = list(found)
    assert not problems, problems


def no_state_word_contradicts_the_situation(case: Case) -> None:
    nothing(remarked(case, written(case), [contradictions]))


def no_sentence_stands_without_its_fact(case: Case) -> None:
    nothing(remarked(case, written(case), [claimed]))


def no_time_stands_behind_a_wrong_preposition(case: Case) -> None:
    nothing(remarked(case, written(case), [misplaced_times]))


def no_text_mixes_languages_or_has_words_with_a_better_one(case: Case) -> None:
    nothing(remarked(case, written(case), [mixed, unclear]))


def nothing_is_left_open(case: Case) -> None:
    """No hole where a fact is missing; and what a reader must find is there: help, news, who, what."""
    rendered = written(case)
    nothing(hole for part in parts(rendered) for hole in prose.holes(part))
    lost = {"title", "services", "organisation"} & set(rendered.dropped)
    if case.facts.services and not lost:
        nothing(left_unsaid(parts(rendered), case))


def the_public_reads_nothing_internal(case: Case) -> None:
    assume(case.public)
    assert CANARY not in " ".join(parts(written(case)))


def both_languages_tell_the_same_facts(case: Case) -> None:
    try:
        found = list(unequal(RENDERER, marked(case.facts), case.audience, case.kind, ("de", "en")))
    except TooLong:
        return
    nothing(found)


def calls_are_short(case: Case) -> None:
    assume(case.kind is ChannelKind.VOICE)
    assert speech.seconds(written(case).message.text) <= length.SPEECH_MOST


def an_exercise_is_marked_at_both_ends(case: Case) -> None:
    assume(case.facts.drill)
    mark = words_for(case.locale).drill.casefold()
    for part in parts(written(case)):
        assert part.casefold().lstrip("[").startswith(mark)
        assert part.casefold().rstrip(".]").endswith(mark)


PROPERTIES = (
    no_state_word_contradicts_the_situation,
    no_sentence_stands_without_its_fact,
    no_time_stands_behind_a_wrong_preposition,
    no_text_mixes_languages_or_has_words_with_a_better_one,
    nothing_is_left_open,
    the_public_reads_nothing_internal,
    both_languages_tell_the_same_facts,
    calls_are_short,
    an_exercise_is_marked_at_both_ends,
)
#: Where few of all notices are of interest, they alone are made up.
CASES: dict[Callable[[Case], None], st.SearchStrategy[Case]] = {
    the_public_reads_nothing_internal: texts().filter(lambda case: case.public),
    calls_are_short: texts(kinds=(ChannelKind.VOICE,)),
    an_exercise_is_marked_at_both_ends: texts(drill=True),
}


def tried(holds: Callable[[Case], None], examples: int) -> None:
    wanted = settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
    )
    wanted(given(CASES.get(holds, texts()))(holds))()


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_of_made_up_notices(holds):
    tried(holds, examples=120)


@pytest.mark.slow
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_of_many_made_up_notices(holds):
    tried(holds, examples=3000)
