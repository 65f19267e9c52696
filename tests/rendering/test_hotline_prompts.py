from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from broadcast.errors import ConfigError
from broadcast.rendering import speech, spoken_forms
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.hotline_prompts import FILE, flat, hotline_prompts, placeholders
from broadcast.rendering.lint import lint
from broadcast.rendering.words import words_for
from tests.harness.cases import for_every

SHIPPED = Catalogue(default_folders(None))
LOCALES = ("de", "en")
ENTRIES = {locale: dict(flat(hotline_prompts(SHIPPED, locale).entries)) for locale in LOCALES}


def own(folder: Path, text: str, locale: str = "de") -> Catalogue:
    (folder / locale).mkdir(parents=True)
    (folder / locale / FILE).write_text(text, encoding="utf-8")
    return Catalogue(default_folders(folder))


def test_both_languages_have_the_same_prompts_with_the_same_values():
    german, english = ENTRIES["de"], ENTRIES["en"]

    assert list(german) == list(english)
    assert {name: placeholders(text) for name, text in german.items()} == {
        name: placeholders(text) for name, text in english.items()
    }


@for_every("locale, name", [(locale, name) for locale in LOCALES for name in ENTRIES[locale]])
def test_a_prompt_is_in_spoken_form(locale, name):
    prompt = ENTRIES[locale][name]

    assert not re.search(r"\d\d|[()/&%#*_+]|\b(?:z\. ?B|ca|Nr|e\.g|etc)\.", prompt)
    assert "!" not in prompt
    for sentence in re.split(r"[.?]", prompt):
        assert speech.seconds(sentence) <= 7


@for_every("locale", LOCALES)
def test_the_first_fact_is_heard_within_five_seconds(locale):
    other = next(one for one in LOCALES if one != locale)
    greeting = ENTRIES[locale]["greeting.anybody"].format(organisation="Muster Handel")

    assert speech.seconds(f"{greeting} {ENTRIES[other]['greeting.switch']}") <= 5


@for_every("locale", LOCALES)
def test_what_an_agent_hears_takes_six_seconds_at_most(locale):
    entries = ENTRIES[locale]
    topics = [text for name, text in entries.items() if name.startswith("topic.")]
    waited = entries["agent.minutes.other"].format(count=12)
    for topic in topics:
        call = entries["agent.call_about"].format(
            ref=spoken_forms.mark("INC-7", words_for(locale)), topic=topic, waited=waited
        )
        assert speech.seconds(f"{call} {entries['agent.press']}") <= 6


@for_every("locale", LOCALES)
def test_the_greeting_says_that_a_machine_speaks(locale):
    word = {"de": "automatische Ansage", "en": "automated message"}[locale]

    assert word in ENTRIES[locale]["greeting.anybody"]
    assert word in ENTRIES[locale]["greeting.anybody"]


def test_an_own_file_changes_single_prompts(tmp_path: Path):
    prompts = hotline_prompts(own(tmp_path, '[menu]\nhuman = "Zentrale: die 0."\n'), "de-AT")

    assert prompts("menu.human") == "Zentrale: die 0."
    assert prompts("menu.repeat") == ENTRIES["de"]["menu.repeat"]


def test_a_region_changes_the_prompts_of_its_language(tmp_path: Path):
    catalogue = own(tmp_path, '[menu]\nhuman = "Vermittlung: die 0."\n', "de-AT")

    assert hotline_prompts(catalogue, "de-AT")("menu.human") == "Vermittlung: die 0."
    assert hotline_prompts(catalogue, "de")("menu.human") == ENTRIES["de"]["menu.human"]


def test_a_language_without_prompts_gets_the_english_ones():
    prompts = hotline_prompts(SHIPPED, "fi")

    assert (prompts.code, prompts("after.thanks")) == ("en", "Thank you.")


@pytest.mark.parametrize(
    ("text", "line", "problem", "hint"),
    [
        ('[menu]\nhumans = "Zentrale."', 2, "there is no prompt menu.humans", "did you mean menu.human?"),
        (
            '[greeting]\nanybody = "Hallo."',
            2,
            "greeting.anybody lacks {organisation}",
            "write {organisation}",
        ),
        ('[link]\n\nsent = "Hallo {name}."', 3, "link.sent has no value {name}", "it has no values"),
        ('[link]\nsent = "Hallo {."', 2, "link.sent: ", "close each { with a }"),
        ("[link]\nsent = 7", 2, "link.sent is no text to say", "NAME ="),
        ('[link]\nsent = ""', 2, "link.sent is no text to say", "NAME ="),
        ('[link]\nsent = "<break/>"', 2, "link.sent is no text to say", "without < and >"),
        (f'[link]\nsent = "{"sehr lange " * 20}"', 2, "link.sent takes 17 seconds", "shorten it to 14"),
        (f'[agent]\npress = "{"lange " * 20}"', 2, "agent.press takes 9 seconds", "shorten it to 6"),
        ('link.sent = "Hallo {name}."', 1, "link.sent has no value {name}", "it has no values"),
    ],
)
def test_a_prompt_that_cannot_be_said_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, problem: str, hint: str
):
    with pytest.raises(ConfigError) as refused:
        hotline_prompts(own(tmp_path, text), "de")

    assert str(refused.value).startswith(f"{tmp_path / 'de' / FILE}, line {line}: {problem}")
    assert hint in (refused.value.hint or "")


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path: Path):
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / "de" / FILE))):
        hotline_prompts(own(tmp_path, "[menu\n"), "de")


def test_a_language_of_ones_own_needs_every_prompt(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"there is no greeting\.switch"):
        hotline_prompts(own(tmp_path, '[greeting]\nanybody = "{organisation}, automaatti."\n', "fi"), "fi")

    whole = (default_folders(None)[0] / "en" / FILE).read_text(encoding="utf-8")
    (tmp_path / "fi" / FILE).write_text(whole, encoding="utf-8")
    prompts = hotline_prompts(Catalogue(default_folders(tmp_path)), "fi")
    assert prompts.code == "fi"
    assert dict(flat(prompts.entries)) == dict(flat(tomllib.loads(whole)))


@pytest.mark.slow
def test_lint_reports_a_wrong_prompt(tmp_path: Path):
    found = lint(own(tmp_path, '[menu]\nhumans = "Zentrale."\n'), ("de",))

    assert [finding.problem.rpartition(": ")[2] for finding in found if finding.template == f"de/{FILE}"] == [
        "there is no prompt menu.humans"
    ]
