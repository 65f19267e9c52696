"""What holds of every text of every notice, whatever is known and whenever it is written.

Each property is tried a few times every day, and often with `make slow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.rendering import length, prose, speech
from broadcast.rendering.proof.case import Case, parts
from broadcast.rendering.proof.needs import left_unsaid
from broadcast.rendering.proof.parity import unequal, with_placeholders
from broadcast.rendering.proof.style import style
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


def no_word_of_ours_contradicts_the_facts(case: Case) -> None:
    """State words, sentences that need a fact, times behind prepositions, languages, better words."""
    nothing(style(case, written(case)))


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
        found = list(unequal(RENDERER, with_placeholders(case.facts), case.audience, case.kind, ("de", "en")))
    except TooLong:
        return
    nothing(found)


def calls_are_short(case: Case) -> None:
    assume(case.kind is ChannelKind.VOICE)
    assert speech.seconds(written(case).message.text) <= length.SPEECH_MOST


def an_exercise_is_marked_at_both_ends(case: Case) -> None:
    assume(case.facts.drill)
    mark = words_for(case.locale)("drill").casefold()
    for part in parts(written(case)):
        assert part.casefold().lstrip("[").startswith(mark)
        assert part.casefold().rstrip(".]").endswith(mark)


PROPERTIES = (
    no_word_of_ours_contradicts_the_facts,
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


#: How often each is tried; the one of most words most often.
EXAMPLES = {no_word_of_ours_contradicts_the_facts.__name__: 600, nothing_is_left_open.__name__: 200}


def tried(holds: Callable[[Case], None], times: int) -> None:
    wanted = settings(
        max_examples=times * EXAMPLES.get(holds.__name__, 100),
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a smaller seed makes no smaller notice
        suppress_health_check=[HealthCheck.filter_too_much],
    )
    wanted(given(CASES.get(holds, texts()))(holds))()


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_of_made_up_notices(holds):
    tried(holds, times=1)


@pytest.mark.slow
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_of_many_made_up_notices(holds):
    tried(holds, times=15)
