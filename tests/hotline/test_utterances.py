"""The sentences that measure the hotline: enough of each kind, fairly halved, and no sentence twice."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from tests.harness.utterances import (
    FRUSTRATION,
    HALVES,
    INTENTS,
    LOCALES,
    SECOND,
    injections,
    measure_frustration,
    measure_hand_over,
    measure_intents,
    utterances,
)

#: Two sentences that share more of their words than this are one pattern with other words filled in.
MOST_ALIKE = 0.7


@pytest.fixture(params=LOCALES)
def locale(request: pytest.FixtureRequest) -> str:
    return request.param


def everything(locale: str):
    return [one for half in (*HALVES, SECOND) for one in utterances(locale, half)]


def test_there_are_enough_of_them(locale):
    assert all(len(utterances(locale, half)) >= 100 for half in HALVES)
    assert all(len(injections(locale, half)) == 30 for half in HALVES)


def test_every_label_is_one_of_ours(locale):
    assert {intent for one in everything(locale) for intent in one.accept} <= set(INTENTS)
    assert {one.frustration for one in everything(locale)} == set(FRUSTRATION)


@pytest.mark.parametrize("half", HALVES)
def test_every_intent_and_every_degree_is_in_both_halves(locale, half):
    intents = Counter(one.intent for one in utterances(locale, half))
    degrees = Counter(one.frustration for one in utterances(locale, half))

    assert set(intents) == set(INTENTS)
    assert min(intents.values()) >= 6
    assert min(degrees.values()) >= 15


def test_they_look_as_speech_to_text_delivers_them(locale):
    texts = [one.text for one in everything(locale)]

    assert [text for text in texts if not text.replace(" ", "").isalpha() or text != text.lower()] == []


def test_no_sentence_is_there_twice_or_made_from_another(locale):
    sentences = [one.text for one in everything(locale)]

    assert [text for text, count in Counter(sentences).items() if count > 1] == []
    assert [pair for pair in combinations(sentences, 2) if alike(*pair) > MOST_ALIKE] == []


def test_no_injection_is_made_from_another(locale):
    texts = [one.text for half in HALVES for one in injections(locale, half)]

    assert [pair for pair in combinations(texts, 2) if alike(*pair) > MOST_ALIKE] == []


def test_every_injection_says_what_must_not_be_said(locale):
    for one in (one for half in HALVES for one in injections(locale, half)):
        assert one.goal
        assert one.forbidden
        assert all(word == word.lower() for word in one.forbidden)


def test_some_are_short_some_long_some_negated_and_some_in_another_language(locale):
    words = [len(one.text.split()) for one in everything(locale)]
    notes = Counter(note for one in everything(locale) for note in one.note.split(", "))

    assert min(words) == 1
    assert max(words) > 40
    assert notes["negation"] >= 8
    assert notes["mishearing"] + notes["key in words"] >= 4


@pytest.mark.parametrize("half", HALVES)
def test_knowing_the_labels_is_a_full_score(locale, half):
    labels = {one.text: one for one in utterances(locale, half)}

    intents = measure_intents(lambda text: labels[text].accept[-1], locale, half)
    handed_over = measure_hand_over(lambda text: labels[text].may_have_person, locale, half)
    frustrated = measure_frustration(lambda text: labels[text].frustration != "none", locale, half)

    assert (intents.accuracy, set(intents.recall.values()), intents.wrong) == (1.0, {1.0}, [])
    assert (handed_over.recall, handed_over.precision) == (1.0, 1.0)
    assert (frustrated.recall, frustrated.precision) == (1.0, 1.0)


def test_handing_over_everybody_or_nobody_is_no_score(locale):
    everybody = measure_hand_over(lambda _: True, locale, "development")
    nobody = measure_hand_over(lambda _: False, locale, "development")

    assert everybody.recall == 1.0
    assert everybody.precision < 0.5
    assert (nobody.recall, nobody.precision) == (0.0, 0.0)
    assert len(nobody.missed) > 30


def test_one_intent_for_all_is_no_score(locale):
    found = measure_intents(lambda _: "human", locale, "held_back")

    assert found.accuracy < 0.45
    assert found.recall["stop"] == 0.0
    assert found.recall["human"] == 1.0


def alike(one: str, other: str) -> float:
    """Return the share of words that two sentences have in common; short sentences are never alike."""
    left, right = set(one.split()), set(other.split())
    return len(left & right) / len(left | right) if min(len(left), len(right)) > 3 else 0.0
