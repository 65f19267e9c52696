"""Phrases per package and language: what all languages have alike, plurals, dates, and what is missing."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest

from broadcast.localisation.language import FOLDER, known_languages, language_for, language_of
from broadcast.localisation.phrase_book import PhraseBook
from tests.architecture.tree import PACKAGE, ROOT
from tests.localisation.differences import differences, differing

BOOKS = sorted({path.parent for path in PACKAGE.rglob("phrases/*.toml")})
ENGLISH = """
lost = "{count} of {people} lost"
colours = ["red", "green"]

[dates]
day = "{short_month} {day}"

[people]
one = "{count} person"
other = "{count} people"
"""


def book(folder, **languages):
    for language, text in languages.items():
        (folder / f"{language}.toml").write_text(text, encoding="utf-8")
    return PhraseBook(folder)


def test_there_are_books_and_each_has_every_language():
    assert len(BOOKS) >= 7
    assert FOLDER in BOOKS
    assert {PhraseBook(folder).languages() for folder in BOOKS} == {known_languages()}


@pytest.mark.parametrize("folder", BOOKS, ids=lambda folder: str(folder.relative_to(PACKAGE)))
def test_all_languages_have_the_same_names_and_placeholders(folder):
    assert differences(PhraseBook(folder)) == []


def sentences(language):
    return tomllib.loads((ROOT / "templates" / language / "_sentences.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", known_languages())
def test_templates_of_all_languages_have_the_same_sentences(language):
    assert differing(sentences(language), sentences("en")) == []


@pytest.mark.parametrize("file", sorted(PACKAGE.glob("reports/translated_reasons/*.toml")), ids=str)
def test_a_translated_reason_has_no_place_that_the_english_one_lacks(file):
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    reasons = [pair for table in tables.values() for pair in table.items()]
    places = [tuple(set(re.findall(r"\{(\w+)\}", text)) for text in pair) for pair in reasons]

    assert len(reasons) > 100
    assert [pair for pair, (english, own) in zip(reasons, places, strict=True) if english != own] == []


@pytest.mark.parametrize("language", known_languages())
def test_a_calendar_is_complete(language):
    by_itself = language_for(language)

    assert [len(by_itself.weekdays), len(by_itself.short_weekdays)] == [7, 7]
    assert [len(by_itself.months), len(by_itself.short_months)] == [12, 12]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            ('"{count} of {people} lost"', '"{count} perdus"'),
            "lost is a text with ['count']; in English it is",
        ),
        (('lost = "{count} of {people} lost"', ""), "lost is missing; in English it is a text"),
        (("[people]", 'found = "trouvé"\n[people]'), "dates.found is a date; in English it is missing"),
        (('one = "{count} person"', ""), "people.one is missing; in English it is a text"),
        (('["red", "green"]', '"rouge"'), "colours is a text with []; in English it is a list"),
    ],
)
def test_a_difference_is_named_by_its_place(tmp_path, change, difference):
    [found] = differences(book(tmp_path, en=ENGLISH, fr=ENGLISH.replace(*change)))

    assert found.startswith(f"fr.toml: {difference}")


def test_lists_and_dates_may_differ(tmp_path):
    other = ENGLISH.replace('["red", "green"]', '["rouge"]').replace("{short_month} {day}", "{day}/{number}")

    assert differences(book(tmp_path, en=ENGLISH, fr=other)) == []


def test_phrases_are_filled_counted_and_dated(tmp_path):
    phrases = book(tmp_path, en=ENGLISH).phrases("en-GB")

    assert phrases("lost", count=2, people=3) == "2 of 3 lost"
    assert [phrases.counted("people", count) for count in (0, 1, 2)] == ["0 people", "1 person", "2 people"]
    assert phrases.counted("people", 1234, count="1,234") == "1,234 people"
    assert phrases.date("day", date(2026, 3, 9)) == "Mar 9"
    assert phrases.listed("colours") == ("red", "green")
    assert ("people.one" in phrases, "people" in phrases, "lost.one" in phrases) == (True, False, False)


def test_a_phrase_that_is_missing_is_no_empty_text(tmp_path):
    phrases = book(tmp_path, en=ENGLISH).phrases("en")

    for name, values in (("found", {}), ("people.few", {}), ("lost", {"count": 1})):
        with pytest.raises(KeyError):
            phrases(name, **values)


def test_a_language_without_a_file_is_read_in_english(tmp_path):
    phrases = book(tmp_path, en=ENGLISH)

    assert (phrases.has("nl-BE"), phrases.phrases("nl-BE").code) == (False, "en")


@pytest.mark.parametrize("locale", ["de", "de-AT", "de_CH", "DE"])
def test_a_locale_names_its_language(locale):
    assert language_of(locale) == "de"
