"""What stands around the text of a mail: everything once, and nothing that is wrong for its reader."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest

from broadcast.errors import TemplateError
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Severity
from broadcast.model.letterhead import Letterhead
from broadcast.model.message import Message
from broadcast.model.situation import Situation
from broadcast.rendering.drill import visible
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, with_files

LETTERHEAD = Letterhead(
    footer=(("", "Musterstraße 1, 10115 Berlin"),),
    imprint_url=(
        ("de", "https://muster.example/impressum"),
        ("en", "https://muster.example/imprint?a=1&b=2"),
    ),
    privacy_url=(("de", "https://muster.example/datenschutz"),),
    organisation="Muster Handel",
    locale="de",
)
RENDERER = Renderer(SHIPPED, "de", letterhead=LETTERHEAD)
LOCALES = ("de", "en")
COLLEAGUES = ("agents", "supervisors", "executives", "technical")
OUTSIDE = ("customers", "field")
INTERNAL = {"de": "Intern – bitte nicht weiterleiten", "en": "Internal – please do not forward"}
NEXT = {
    "de": {"supervisors": "Nächste Lage", "executives": "Nächster Bericht"},
    "en": {"supervisors": "Next report", "executives": "Next report"},
}
USUAL = {"de": "Nächste Information", "en": "Next update"}
MARK = {"de": "ÜBUNG", "en": "EXERCISE"}


class Page(HTMLParser):
    """The bars, headings, links and languages of a mail, and what stands in its parts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.headings: list[tuple[str, str]] = []
        self.cells: list[tuple[str, str]] = []
        self.languages: set[str] = set()
        self.preview, self.title = "", ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in {"meta", "br"}:
            self._open.append((tag, given))
        if lang := given.get("lang"):
            self.languages.add(lang)
        if tag == "a":
            self.links.append((given.get("href") or "", ""))
        if tag in {"h1", "h2"}:
            self.headings.append((tag, ""))
        if tag == "td":
            self.cells.append((given.get("class") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "title" in tags:
            self.title += data
        if any(given.get("class") == "preview" for _, given in self._open):
            self.preview += data
        for seen, inside in ((self.links, {"a"}), (self.headings, {"h1", "h2"}), (self.cells, {"td"})):
            if inside & set(tags):
                seen[-1] = (seen[-1][0], seen[-1][1] + data)

    def cell(self, name: str) -> list[str]:
        return [" ".join(text.split()) for kind, text in self.cells if kind == name]


def told(situation: Situation, audience: str = "customers", locale: str = "de", **changes: Any) -> Message:
    record = replace(sample_facts(situation), **changes)
    return RENDERER.render(record, audience, locale, ChannelKind.EMAIL).message


def page_of(situation: Situation, audience: str = "customers", locale: str = "de", **changes: Any) -> Page:
    return Page(told(situation, audience, locale, **changes).html or "")


@for_every(("audience", "locale"), [*product(COLLEAGUES, LOCALES)])
@for_every("situation", Situation)
def test_colleagues_are_told_first_and_last_not_to_forward(situation, audience, locale):
    page = page_of(situation, audience, locale)

    bars = [(kind, " ".join(text.split())) for kind, text in page.cells if kind in {"internal", "exercise"}]
    inner = [text for kind, text in bars if kind == "internal"]
    assert inner == [INTERNAL[locale]] * 2
    assert page.cells[1][0] in {"internal", "exercise"}
    assert page.cells[-1][0] in {"internal", "exercise"}
    assert page.cell("doors") == []
    assert INTERNAL[locale].split()[0].upper() not in page.cell("text")[0]


@for_every(("audience", "locale"), [*product(OUTSIDE, LOCALES)])
@for_every("situation", Situation)
def test_nobody_else_reads_that_it_is_internal(situation, audience, locale):
    message = told(situation, audience, locale)

    assert INTERNAL[locale] not in (message.html or "")
    assert INTERNAL[locale].upper()[:6] not in message.text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("audience", OUTSIDE)
def test_buttons_lead_to_the_page_and_to_the_phone_that_works(audience, locale):
    works = page_of(Situation.UPDATE, audience, locale)
    silent = page_of(Situation.UPDATE, audience, locale, hotline=None)

    open_page, call = (
        ("Statusseite öffnen", "Anrufen: 030 23125000"),
        ("Open the status page", "Call 030 23125000"),
    )
    names = open_page if locale == "de" else call
    assert works.cell("doors") == [" ".join(names)]
    assert ("https://muster.example", names[0]) in works.links
    assert ("tel:03023125000", names[1]) in works.links
    assert silent.cell("doors") == [names[0]]


@for_every(("audience", "locale"), [*product(AUDIENCES, LOCALES)])
@for_every("situation", [one for one in Situation if not one.maintenance])
def test_an_exercise_is_marked_first_and_last_and_offers_no_button(situation, audience, locale):
    message = told(situation, audience, locale, drill=True)
    page = Page(message.html or "")

    mark = MARK[locale]
    bars = [kind for kind, _ in page.cells if kind in {"internal", "exercise"}]
    assert (bars[0], bars[-1]) == ("exercise", "exercise")
    assert page.cell("exercise") == [mark.capitalize()] * 2
    assert page.cell("doors") == []
    assert (page.preview.strip()[: len(mark)], page.preview.strip()[-len(mark) :]) == (mark, mark)
    for part in (message.text, message.subject or "", page.title):
        assert part.strip("[]").startswith(mark)
        assert part.endswith(mark)
    assert page.headings[0][1].startswith(mark.capitalize())


@pytest.mark.parametrize(("locale", "title"), [("de", "Test unserer"), ("en", "Test of our outage messages")])
def test_readers_outside_read_no_outage_in_the_heading_of_an_exercise(locale, title):
    outside = page_of(Situation.DRILL, "customers", locale).headings[0][1]
    colleagues = page_of(Situation.DRILL, "agents", locale).headings[0][1]

    assert title in outside
    assert title not in colleagues


BADGES = [
    (Situation.INVESTIGATING, "Störung", "Outage"),
    (Situation.IDENTIFIED, "Ursache gefunden", "Cause found"),
    (Situation.UPDATE, "Neuer Stand", "Update"),
    (Situation.MONITORING, "Geht wieder", "Working again"),
    (Situation.STILL_WORKING, "Geht wieder", "Working again"),
    (Situation.DOWN_AGAIN, "Wieder gestört", "Down again"),
    (Situation.RESOLVED, "Behoben", "Fixed"),
    (Situation.RETRACTION, "Korrektur", "Correction"),
    (Situation.REOPENED, "Korrektur", "Correction"),
    (Situation.CORRECTION, "Korrektur", "Correction"),
    (Situation.DRILL, "Übung", "Exercise"),
    (Situation.DRILL_OVER, "Übung", "Exercise"),
    *((one, "Wartung", "Maintenance") for one in Situation if one.maintenance),
]


@for_every("audience", AUDIENCES)
@for_every(("situation", "german", "english"), BADGES)
def test_the_badge_names_the_situation_and_is_part_of_the_heading(situation, german, english, audience):
    assert page_of(situation, audience, "de").headings[0][1].startswith(german)
    assert page_of(situation, audience, "en").headings[0][1].startswith(english)


def test_every_situation_has_a_badge_that_is_tested():
    assert {situation for situation, *_ in BADGES} == set(Situation)


@pytest.mark.parametrize("severity", [Severity.SEV3, Severity.SEV4])
def test_a_small_outage_is_no_outage_in_badge_and_colour(severity):
    html = told(Situation.INVESTIGATING, severity=severity).html or ""
    again = page_of(Situation.DOWN_AGAIN, severity=severity)

    assert Page(html).headings[0][1].startswith("Eingeschränkt")
    assert 'class="page limited"' in html
    assert again.headings[0][1].startswith("Wieder eingeschränkt")


OVER = (Situation.MONITORING, Situation.STILL_WORKING, Situation.RESOLVED, Situation.RETRACTION)


@for_every("audience", AUDIENCES)
@for_every("situation", OVER)
def test_the_heading_calls_nothing_down_that_works(situation, audience):
    named = page_of(situation, audience).headings[0][1]
    unnamed = page_of(situation, audience, services=(), title="Kartenzahlung gestört", wording=())

    assert "gestört" not in named
    assert page_of(situation, audience, "en").headings[0][1].endswith("Chat and e-mail support")
    assert named.endswith("Chat und E-Mail-Support")
    assert unnamed.headings[0][1].endswith("„Kartenzahlung gestört“")


@pytest.mark.parametrize("audience", ["supervisors", "executives", "technical"])
@pytest.mark.parametrize("situation", [one for one in Situation if one.down])
def test_the_message_of_an_exercise_is_not_what_customers_are_told(situation, audience):
    real, drill = (told(situation, audience, drill=one).text for one in (False, True))

    assert "Das sagen wir den Kunden" not in drill
    assert "Bestellen und Bezahlen geht." in drill
    assert "Bestellen und Bezahlen geht." in real


@for_every(("audience", "locale"), [*product(AUDIENCES, LOCALES)])
@for_every("situation", [one for one in Situation if one.down or one.works])
def test_the_next_update_is_said_once(situation, audience, locale):
    message = told(situation, audience, locale)
    shown = visible((message.html or "").partition("</div>")[2])  # behind the line for the list of mails

    label = f"{NEXT[locale].get(audience, USUAL[locale])}: "
    assert shown.count(label) == message.text.count(label) == 1
    assert shown.count("14:35") == 1 or audience == "agents"  # who tells it to callers


@pytest.mark.parametrize("audience", OUTSIDE)
@pytest.mark.parametrize("situation", [one for one in Situation if one.down or one.works])
def test_a_telephone_that_is_the_only_way_is_said_once(situation, audience):
    message = told(situation, audience, alternatives=())

    assert visible(message.html or "").count("030 23125000") == 1


@for_every(("audience", "locale"), [*product(AUDIENCES, LOCALES)])
@for_every("situation", Situation)
def test_as_of_reference_and_page_stand_once_in_each_part(situation, audience, locale):
    record = sample_facts(situation)
    message = told(situation, audience, locale)
    page = Page(message.html or "")

    reference = (
        f"Vorgang INC-7, Meldung {record.sequence}."
        if locale == "de"
        else f"INC-7, message {record.sequence}."
    )
    as_of = "Stand: " if locale == "de" else "As of: "
    for part in (message.text, visible(message.html or "")):
        assert part.count(reference) == 1
        assert part.count(as_of) == 1
    assert [target for target, _ in page.links].count("https://muster.example") == 1
    assert re.findall(r"https://muster\.example(?![\w/])", message.text) == ["https://muster.example"]
    assert message.text.removesuffix(f"\n\n{MARK[locale]}").splitlines()[-1] == (
        "Statusseite: https://muster.example" if locale == "de" else "Status page: https://muster.example"
    )


@pytest.mark.parametrize(("audience", "locale"), [*product(AUDIENCES, LOCALES)])
def test_the_foot_says_who_writes_and_what_the_law_asks_for(audience, locale):
    message = told(Situation.UPDATE, audience, locale)
    page = Page(message.html or "")

    imprint = (
        "https://muster.example/impressum" if locale == "de" else "https://muster.example/imprint?a=1&b=2"
    )
    names = ("Impressum", "Datenschutz") if locale == "de" else ("Imprint", "Privacy")
    for part in (message.text, page.cell("foot")[0]):
        assert "Muster Handel, Musterstraße 1, 10115 Berlin" in part
    assert (imprint, names[0]) in page.links
    assert ("https://muster.example/datenschutz", names[1]) in page.links
    assert f"\n{names[0]}: {imprint}\n{names[1]}: https://muster.example/datenschutz\n" in message.text
    reason = "weil Sie unseren Dienst nutzen." if locale == "de" else "because you use our service."
    assert [reason in message.text, reason in page.cell("foot")[0]] == [audience == "customers"] * 2


def test_without_a_letterhead_the_organisation_stands_there_alone():
    message = (
        Renderer(SHIPPED, "de")
        .render(sample_facts(Situation.UPDATE), "customers", "de", ChannelKind.EMAIL)
        .message
    )

    assert "\n--\nMuster Handel\nSie erhalten" in message.text
    assert "Impressum" not in f"{message.text}{message.html}"


def test_the_title_stands_in_both_parts_where_it_says_more_than_the_services():
    given: dict[str, Any] = {"title": "Zahlungsdienst antwortet nicht", "wording": ()}
    customers, agents = (told(Situation.UPDATE, one, **given) for one in ("customers", "agents"))

    assert customers.text.startswith("Zahlungsdienst antwortet nicht\n\nNoch gestört seit")
    assert agents.text.startswith("INTERN – bitte nicht weiterleiten.\nZahlungsdienst antwortet nicht\n")
    assert "Zahlungsdienst antwortet nicht" not in told(Situation.RETRACTION, **given).text
    assert not told(Situation.UPDATE).text.startswith("Chat und E-Mail-Support gestört")


@for_every("locale", LOCALES)
@for_every("situation", Situation)
def test_drivers_read_first_that_they_must_not_read_while_driving(situation, locale):
    message = told(situation, "field", locale)
    page = Page(message.html or "")

    warning = "Nur im Stand lesen." if locale == "de" else "Read only when parked."
    head = page.cell("head")[0]
    assert head.index(warning) < head.index(page.headings[0][1].split()[0])
    assert warning not in page.cell("text")[0]
    assert message.text.removeprefix(f"{MARK[locale]}\n\n").startswith(warning)


@for_every(("audience", "locale"), [*product(AUDIENCES, LOCALES)])
@for_every("situation", Situation)
def test_headings_and_language_are_there_for_whoever_hears_the_mail(situation, audience, locale):
    page = page_of(situation, audience, locale)

    assert [tag for tag, _ in page.headings].count("h1") == 1
    assert page.headings[0][0] == "h1"
    assert page.languages == {locale}
    assert all(text.strip() for _, text in (*page.headings, *page.links))
    assert all(text.split() and "https" not in text for _, text in page.links)


def test_what_a_list_of_mails_shows_is_the_first_sentence_and_the_next_update():
    preview = " ".join(page_of(Situation.UPDATE).preview.split())

    assert preview == (
        "Noch gestört seit 13:40 Uhr: Chat und E-Mail-Support. Nächste Information: um 14:35 Uhr."
    )


def test_words_of_the_commander_are_escaped_once_in_the_line_for_the_list():
    page = page_of(Situation.UPDATE, services=(), title="A & B <c>", wording=())

    assert "A & B <c>" in page.preview


@pytest.mark.parametrize(
    ("audience", "label"), [("supervisors", "Nächste Lage"), ("executives", "Nächster Bericht")]
)
def test_each_audience_has_its_own_word_for_the_next_update(audience, label):
    assert f"{label}: um 14:35 Uhr" in page_of(Situation.UPDATE, audience).cell("head")[0]


def test_a_page_of_ones_own_says_everything_itself(tmp_path):
    files = {
        "de/customers/email.txt.j2": "{{ what }}.{% if not framed %} Ganz: {{ organisation }}.{% endif %}",
        "de/customers/email.html.j2": "<html><body>{{ body|paragraphs }}</body></html>",
    }
    message = (
        Renderer(with_files(tmp_path, files), "de")
        .render(sample_facts(Situation.UPDATE), "customers", "de", ChannelKind.EMAIL)
        .message
    )

    assert "Ganz: Muster Handel." in (message.html or "")
    assert "Ganz: Muster Handel." in message.text


def test_numbers_of_the_letterhead_are_no_facts_of_the_text(tmp_path):
    files = {"de/customers/email.txt.j2": "{{ what }}. 10116"}
    renderer = Renderer(with_files(tmp_path, files), "de", letterhead=LETTERHEAD)

    with pytest.raises(TemplateError, match="'10116' is in the text but not in the facts"):
        renderer.render(sample_facts(Situation.UPDATE), "customers", "de", ChannelKind.EMAIL)


def test_the_button_of_drivers_dials_their_own_number():
    page = page_of(Situation.UPDATE, "field", alternatives=(), hotlines=(("field", "+49 (0)40 1234567"),))

    assert ("tel:+49401234567", "Anrufen: +49 (0)40 1234567") in page.links
