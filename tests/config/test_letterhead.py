"""The foot of mails and pages: one text for all readers, or one for each language."""

from __future__ import annotations

import pytest

from broadcast.config.placeholders import placeholders
from broadcast.config.show import rows
from broadcast.model.letterhead import Foot
from tests.config.conftest import GENERAL

BY_LOCALE = f"""{GENERAL}
footer = "Musterstraße 1, 10115 Berlin"
privacy_url = {{ de = "https://muster.de/datenschutz" }}

[broadcast.imprint_url]
de = "https://muster.de/impressum"
en = "https://muster.de/imprint"
"""


@pytest.mark.parametrize(
    ("locale", "imprint"),
    [
        ("de", "https://muster.de/impressum"),
        ("de-AT", "https://muster.de/impressum"),
        ("en-GB", "https://muster.de/imprint"),
        ("fr", "https://muster.de/impressum"),
    ],
)
def test_readers_get_their_language_and_else_the_organisations(read, locale, imprint):
    foot = read(BY_LOCALE).letterhead.in_locale(locale)

    assert foot == Foot("Muster, Musterstraße 1, 10115 Berlin", imprint, "https://muster.de/datenschutz")


def test_nothing_stands_there_where_nothing_is_configured(read):
    assert read(GENERAL).letterhead.in_locale("de") == Foot()


def test_a_footer_that_names_the_organisation_names_it_once(read):
    settings = read(f'{GENERAL}footer = "MUSTER GmbH & Co. KG, Berlin"')

    assert settings.letterhead.in_locale("en").footer == "MUSTER GmbH & Co. KG, Berlin"


def test_the_environment_goes_before_the_file_for_all_or_for_one_language(read):
    for_all = read(BY_LOCALE, {"BROADCAST_IMPRINT_URL": "https://muster.de/i"})
    for_one = read(
        BY_LOCALE, {"BROADCAST_IMPRINT_URL_EN": "https://muster.de/i", "BROADCAST_FOOTER_EN": "UK"}
    )
    alone = read(GENERAL, {"BROADCAST_FOOTER_DE_AT": "Wien"})

    assert dict(for_all.imprint_url) == {"": "https://muster.de/i"}
    assert dict(for_one.imprint_url) == {"de": "https://muster.de/impressum", "en": "https://muster.de/i"}
    assert dict(for_one.footer) == {"": "Musterstraße 1, 10115 Berlin", "en": "UK"}
    assert for_one.origins["broadcast.imprint_url.en"] == "environment BROADCAST_IMPRINT_URL_EN"
    assert dict(alone.footer) == {"de-AT": "Wien"}
    assert alone.warnings == ()


def test_each_language_is_shown_with_its_origin(read):
    shown = {key: (value, origin) for key, value, origin in rows(read(BY_LOCALE))}

    assert shown["broadcast.footer"] == ("Musterstraße 1, 10115 Berlin", "broadcast.toml:6")
    assert shown["broadcast.imprint_url.en"] == ("https://muster.de/imprint", "broadcast.toml:11")
    assert shown["broadcast.privacy_url.de"] == ("https://muster.de/datenschutz", "broadcast.toml:7")
    assert "broadcast.imprint_url" not in shown


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("footer = 5", "broadcast.toml:5: [broadcast] footer", "5 is not a text"),
        ('footer = "  "', "broadcast.toml:5: [broadcast] footer", "is empty"),
        ('imprint_url = "muster.de"', "broadcast.toml:5: [broadcast] imprint_url", "is not an http"),
        ("imprint_url = { de = 5 }", "broadcast.toml:5: [broadcast.imprint_url] de", "5 is not a text"),
        (
            '[broadcast.imprint_url]\nde = "https://a.de"\nen = "x"',
            "broadcast.toml:7: [broadcast.imprint_url] en",
            "is not an http or https address",
        ),
        (
            '[broadcast.footer]\ndeutsch = "Berlin"',
            "broadcast.toml:6: [broadcast.footer] deutsch",
            "is not a locale",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(refusal, text, where, what):
    error = refusal(GENERAL + text)

    assert str(error).startswith(f"{where}: ")
    assert what in str(error)


def test_a_file_that_has_no_sections_is_refused_for_what_is_missing(refusal):
    assert "organisation is missing" in str(refusal("", {"BROADCAST_FOOTER_DE": "Berlin"}))


def test_links_to_an_example_are_named(read):
    settings = read(f'{GENERAL}imprint_url = {{ de = "https://muster.example/i" }}')

    assert [(one.key, one.place) for one in placeholders(settings)] == [
        ("broadcast.imprint_url.de", "broadcast.toml:5")
    ]
