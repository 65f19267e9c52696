from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcast.errors import TemplateError, TooLong
from broadcast.model.channel import ChannelKind, Limit, Measure
from broadcast.model.incident import Service, Severity
from broadcast.model.notice import ContactPoint, TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue
from broadcast.rendering.drill import visible
from broadcast.rendering.lint import KINDS
from broadcast.rendering.post_length import grapheme_count, weighted_length
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts
from broadcast.rendering.sms import measure
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, SMS, facts, render_sms, with_files, written

RENDERER = Renderer(SHIPPED, "de")


def parts(rendered: Rendered) -> list[str]:
    message = rendered.message
    html = visible(message.html) if message.html else None
    return [part for part in (message.subject, message.text, html) if part]


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def html_of(**changes: Any) -> str:
    return RENDERER.render(facts(**changes), "customers", "de", ChannelKind.EMAIL).message.html or ""


def test_the_first_sms_says_what_since_when_and_what_to_do():
    rendered = RENDERER.render(facts(), "customers", "de", ChannelKind.SMS)

    assert rendered.message.text == (
        "Muster Handel: Gestört seit 13:40: Chat und E-Mail-Support. Bestellen und Bezahlen geht. "
        "Hilfe: 030 23125000. Neues um 14:35. https://muster.example [INC-7/1]"
    )
    assert str(rendered.units) == "160 of 160 GSM-7 units"
    assert rendered.dropped == ()


def test_the_english_reader_gets_the_translated_words():
    text = RENDERER.render(facts(), "customers", "en", ChannelKind.SMS).message.text

    assert "chat and e-mail support. Orders and payments work." in text


def test_nothing_but_a_title_still_reads_well():
    bare = facts(
        services=(), message=None, wording=(), next_update=None, link=None, hotline=None, alternatives=()
    )

    assert RENDERER.render(bare, "customers", "de", ChannelKind.SMS).message.text == (
        "Muster Handel: Chat und E-Mail-Support gestört (seit 13:40). [INC-7/1]"
    )


def test_a_time_of_another_day_names_its_day():
    started = sample_facts(Situation.UPDATE).as_of - timedelta(days=1)
    text = RENDERER.render(facts(started=started), "customers", "de", ChannelKind.SMS).message.text

    assert "seit Sa, 15.11., 14:05:" in text


def test_a_pleasantry_goes_before_a_second_part_is_paid_for():
    record = facts(TextPhase.RESOLVED, message="Zahlen mit Karte geht wieder.")
    rendered = RENDERER.render(record, "customers", "de", ChannelKind.SMS)

    assert rendered.dropped == ("pleasantry",)
    assert rendered.units.parts == 1
    assert "entschuldigen" not in rendered.message.text


def test_the_commanders_words_are_worth_a_second_part():
    words = (
        "Zahlungen mit Karte schlagen fehl, Lastschrift und Rechnung gehen. Bitte nicht doppelt bestellen."
    )
    rendered = RENDERER.render(facts(message=words), "customers", "de", ChannelKind.SMS)

    assert words in rendered.message.text
    assert rendered.units.parts == 2


def test_long_words_are_cut_and_links_and_marks_never():
    rendered = RENDERER.render(
        facts(message="Lange Rede. " * 80, severity=Severity.SEV3), "customers", "de", ChannelKind.SMS
    )

    assert rendered.units.parts == 2
    assert rendered.dropped == ("message",)
    assert rendered.message.text.endswith(
        "Lange Rede. Hilfe: 030 23125000. Neues um 14:35. Mehr: https://muster.example [INC-7/1]"
    )


def test_what_cannot_fit_is_refused_with_the_arithmetic():
    link = "https://muster.example/" + "x" * 600

    with pytest.raises(TooLong, match=r"7\d\d of 459 GSM-7 units in 5 parts") as caught:
        RENDERER.render(facts(link=link), "customers", "de", ChannelKind.SMS)
    assert caught.value.exit_status == 7


def test_a_severe_incident_may_take_three_parts_and_a_mild_one_two():
    long: dict[str, Any] = {"link": "https://muster.example/" + "x" * 280, "message": None, "wording": ()}

    assert RENDERER.render(facts(**long), "customers", "de", ChannelKind.SMS).units.parts == 3
    with pytest.raises(TooLong):
        RENDERER.render(facts(severity=Severity.SEV3, **long), "customers", "de", ChannelKind.SMS)


def test_typographic_characters_do_not_halve_an_sms():
    rendered = RENDERER.render(
        facts(message="Bestellen – wie „immer“ – geht…"), "customers", "de", ChannelKind.SMS
    )

    assert rendered.units.measure == "GSM-7"


def test_a_second_way_is_not_named_twice():
    same = facts(alternatives=(ContactPoint("phone", "030 23125000"),))
    text = RENDERER.render(same, "customers", "de", ChannelKind.EMAIL).message.text

    assert text.count("030 23125000") == 1


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x.example", "https://x example", "x.example"])
def test_a_link_that_is_no_web_address_is_refused(link):
    with pytest.raises(TemplateError, match="no web address"):
        RENDERER.render(facts(link=link), "customers", "de", ChannelKind.EMAIL)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "' onmouseover='alert(1)",
    "</title><script>x</script>",
    "</style><b>x",
    "<!-- x",
    "&lt;script&gt;",
    "{{ title.__class__ }}",
    "{% include 'x' %}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words_in_html(text):
    plain = Tags(html_of()).seen
    page = html_of(
        organisation=text,
        title=text,
        message=text,
        wording=(),
        hotline=f"030 23125000 {text}",
        services=(Service(text),),
    )

    assert Tags(page).seen == plain
    assert "javascript:" not in re.findall(r'href="([^"]*)"', page)


def test_incident_words_are_never_read_as_a_template():
    text = RENDERER.render(
        facts(message="{{ organisation }} {% raw %}"), "customers", "de", ChannelKind.CHAT
    ).message.text

    assert "{{ organisation }} {% raw %}" in text


def test_control_and_bidi_characters_are_taken_out_everywhere():
    evil = "gut\x1b[31m rot\x07\u202e neu\u200b \ue000name\ue001"
    record = facts(title=evil, message=evil, organisation=evil, wording=(), services=(Service(evil),))

    for kind in KINDS:
        rendered = RENDERER.render(record, "customers", "de", kind)
        joined = "".join((rendered.message.subject or "", rendered.message.text, rendered.message.html or ""))
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\ue000\ue001]", joined)
        assert "gut rot neu name" in joined
        assert rendered.message.slots == ()


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_subject_or_title_has_a_second_line(text):
    for kind in (ChannelKind.EMAIL, ChannelKind.PAGE):
        record = facts(title=f"x\r\nBcc: a@b.example{text}", services=(Service(f"y\nz{text}"),), wording=())
        subject = RENDERER.render(record, "customers", "de", kind).message.subject or ""
        assert len(subject.splitlines()) == 1


def test_a_column_of_the_contacts_becomes_a_slot_that_is_filled_per_person(tmp_path):
    files = {
        "de/customers/resolved/email.txt.j2": "Guten Tag {{ contact.name }}, Kunde {{ contact.number }}."
    }
    renderer = Renderer(with_files(tmp_path, files), "de")
    message = renderer.render(facts(TextPhase.RESOLVED), "customers", "de", ChannelKind.EMAIL).message

    personal = message.personal({"name": "A & <b>", "number": "12"})

    assert message.slots == ("name", "number")
    assert "Guten Tag A & <b>, Kunde 12." in personal.text
    assert "Guten Tag A &amp; &lt;b&gt;, Kunde 12." in (personal.html or "")


def test_a_slot_counts_as_long_as_a_typical_value(tmp_path):
    assert render_sms(tmp_path, "{{ contact.name }}").units.units == 20


def test_a_filter_on_a_slot_is_refused(tmp_path):
    with pytest.raises(TemplateError, match="a filter was applied"):
        render_sms(tmp_path, "{{ contact.name|first }}")


def test_own_variables_and_further_facts_are_shown(tmp_path):
    record = facts(variables=(("bridge", "030 555"), ("impact", "Zahlungen dauern")))

    assert (
        render_sms(tmp_path, "{{ bridge }} {{ impact }}", record).message.text == "030 555 Zahlungen dauern"
    )


def test_a_line_of_tags_leaves_no_line_and_other_line_ends_stay(tmp_path):
    text = "A\n{% if title %}\nB{% if title %}!{% endif %}\n{% endif %}\n{# gone\nquite #}\nC\n"
    catalogue = with_files(tmp_path, {"de/customers/investigating/chat.txt.j2": text})
    message = Renderer(catalogue, "de").render(facts(), "customers", "de", ChannelKind.CHAT).message

    assert message.text == "A\nB!\nC"


def test_lists_times_and_durations_are_written_in_the_readers_language(tmp_path):
    text = "{{ ['a', 'b', 'c']|join }} {{ started|day }} {{ duration|duration }} {{ as_of|zone }}"
    files = {f"{locale}/customers/investigating/sms.txt.j2": text for locale in ("de", "en")}
    renderer = Renderer(with_files(tmp_path, files), "de")

    german, english = (
        renderer.render(facts(), "customers", locale, ChannelKind.SMS).message.text for locale in ("de", "en")
    )
    assert german == "a, b und c So, 16.11. 25 Minuten MEZ"
    assert english == "a, b and c Sun 16 Nov 25 minutes CET"


def test_there_are_no_texts_for_a_kind_without_templates(tmp_path):
    catalogue = Catalogue([written(tmp_path, {SMS: "{{ mark }}"})])

    with pytest.raises(TemplateError, match="no template"):
        Renderer(catalogue, "de").render(facts(), "customers", "de", ChannelKind.VOICE)


WORDS = st.text(max_size=400)
RECORDS = st.fixed_dictionaries(
    {
        "organisation": st.text(min_size=1, max_size=60),
        "title": st.text(max_size=300).map("T{}".format),
        "message": st.none() | WORDS,
        "services": st.lists(st.builds(Service, st.text(min_size=1, max_size=80)), max_size=3).map(tuple),
        "impact": st.none() | WORDS,
        "hotline": st.none() | st.text(max_size=40),
        "severity": st.sampled_from(Severity),
        "drill": st.booleans(),
        "wording": st.just(()),
    }
)


def test_a_post_is_as_short_as_the_strictest_of_the_networks_asks_for():
    long = facts(link=f"https://status.muster.com/{'incident-' * 14}7", message="Karte geht nicht. " * 4)
    bluesky = (Limit(Measure.GRAPHEMES, 300), Limit(Measure.BYTES, 3000))
    x = Limit(Measure.WEIGHTED, 280)

    alone = Renderer(SHIPPED, "de", post=[x]).render(long, "customers", "de", ChannelKind.SOCIAL)
    both = Renderer(SHIPPED, "de", post=[x, *bluesky]).render(long, "customers", "de", ChannelKind.SOCIAL)

    assert grapheme_count(alone.message.text) > 300
    assert grapheme_count(both.message.text) <= 300
    assert weighted_length(both.message.text) <= 280
    assert long.link in both.message.text


def test_a_post_that_fits_no_network_is_refused_with_that_network_s_arithmetic():
    endless = facts(link=f"https://status.muster.com/{'incident-' * 40}7")

    with pytest.raises(TooLong, match=r"of 300 graphemes, even when shortened"):
        Renderer(SHIPPED, "de", post=[Limit(Measure.WEIGHTED, 280), Limit(Measure.GRAPHEMES, 300)]).render(
            endless, "customers", "de", ChannelKind.SOCIAL
        )


@given(RECORDS, st.sampled_from(TextPhase), st.sampled_from(KINDS), st.sampled_from(["de", "en"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_facts_fit_or_are_refused_as_too_long(changes, phase, kind, locale):
    record = facts(phase, **changes)
    try:
        rendered = RENDERER.render(record, "customers", locale, kind)
    except TooLong:
        return
    text = rendered.message.text
    assert rendered.units.fits
    unmarked = kind.spoken or kind in {ChannelKind.EMAIL, ChannelKind.PAGE}
    assert unmarked or record.mark in text
    if kind is ChannelKind.SMS:
        assert measure(text).parts <= 3
    if kind is ChannelKind.SOCIAL:
        assert weighted_length(text) <= 280
    if kind is ChannelKind.EMAIL:
        assert len(rendered.message.subject or "") <= 150
    if changes["drill"] or phase is TextPhase.DRILL:
        mark = {"de": "übung", "en": "exercise"}[locale]
        for part in parts(rendered):
            assert part.lstrip("[").casefold().startswith(mark)
            assert part.casefold().rstrip(".").endswith(mark)


@for_every("audience", ["customers", "agents", "supervisors", "executives", "technical", "field"])
@for_every("kind", KINDS)
def test_every_part_of_every_drill_text_is_marked_first_and_last(audience, kind):
    for phase in TextPhase:
        for part in parts(RENDERER.render(facts(phase, drill=True), audience, "de", kind)):
            assert part.lstrip("[").casefold().startswith("übung")
            assert part.casefold().rstrip(".").endswith("übung")


def test_a_page_of_the_users_own_is_marked_in_a_drill_too(tmp_path):
    files = {
        "de/customers/resolved/email.txt.j2": "Behoben.",
        "de/customers/resolved/email.html.j2": "<head><title>x</title></head><body>{{ body }}</body>",
    }
    renderer = Renderer(with_files(tmp_path, files), "de")
    record = facts(TextPhase.RESOLVED, drill=True)
    html = renderer.render(record, "customers", "de", ChannelKind.EMAIL).message.html or ""

    assert visible(html) == "ÜBUNG Behoben. ÜBUNG"


@pytest.mark.parametrize(
    "words", ["Das ist keine Übung", "This is not a drill", "KEIN PROBEALARM", "not an exercise"]
)
def test_a_drill_never_says_that_it_is_none(words):
    with pytest.raises(TemplateError, match="must not say"):
        RENDERER.render(facts(drill=True, message=words), "technical", "de", ChannelKind.EMAIL)
    RENDERER.render(facts(message=words), "technical", "de", ChannelKind.EMAIL)


def test_readers_outside_get_no_word_of_the_scenario():
    record = facts(drill=True, message="Zahlen mit Karte geht nicht.", scope="Hamburg", wording=())
    for kind in KINDS:
        seen = " ".join(parts(RENDERER.render(record, "customers", "de", kind)))
        assert "Test unserer Störungsmeldungen" in seen or "Wir testen unsere Störungsmeldungen" in seen
        assert not re.search("Karte|Hamburg|E-Mail-Support|[Gg]estört|030 23125000|14:35", seen)


def test_the_html_part_is_small_and_needs_nothing_from_elsewhere():
    html = html_of()

    assert len(html) < 20_000
    assert 'lang="de"' in html
    assert 'href="tel:03023125000"' in html
    assert not re.search(r"<(?:img|link|script)|url\(|src=", html)
