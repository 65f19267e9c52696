"""What people type passes whole, whatever it is: only templates can assert something that is no fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Service
from broadcast.model.notice import ContactPoint, Facts, TextPhase
from broadcast.rendering.clean import clean
from broadcast.rendering.drill import visible
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Rendered, Renderer
from tests.rendering.facts import SHIPPED, facts

RENDERER = Renderer(SHIPPED, "de")

PIECES = (
    "https://x.example/form?id=1",
    "- https://x.example/a/2024-11-02/#t=13:37&n=2,",
    "http://10.0.3.12:8080/health",
    "(siehe https://status.example/7)",
    "www.example.net/3",
    "a.b+1@mail.example.org",
    "+49 30 23125000",
    "030/2312-5000",
    "(0171) 555 12 34",
    "1.200",
    "10 000 EUR",
    "99,95 %",
    "3.14.2-rc1",
    "v2.0",
    "17.11.2026",
    "am 3. Nov",
    "5 Dec at 2 p.m.",
    "2026-11-29T06:50:42Z",
    "24:00",
    "8:05-9:10",
    "17",
    "0",
    "7/2",
    "INC-7",
    "[INC-9/3]",
    "DE89 3704 0044 0532 0130 00",
    "Bestellnummer 4711-0815.",
    "# 2. Schritt:",
    "1. Kasse 2",
    "* 50% * 3",
    "`SELECT 1;`",
    "```\nx = [1, 2]\n```",
    '"42"',
    "„7“",
    "> 12 Uhr",
    "<b>13</b>",
    "&amp; 5 &lt; 6",
    "{{ 7 * 7 }} {% 8 %}",
    "{# 9 #}",
    "🚑 3️⃣",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "👩\u200d👩\u200d👧 2",
    "שלום 12 עולם",
    "مرحبا ١٢٣",
    "漢字3回",
    "...",
    ".",
    "\n\n",
    "\n",
    "UTC+3",
    "$5",
    "5/8:13",
)
WORDS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
LINE = WORDS.map(lambda text: " ".join(clean(text).split())).filter(bool)
SHORT = LINE.map(lambda text: text[:40].strip()).filter(bool)
PROSE = ("message", "scope", "impact", "action", "cause", "data_loss")
KINDS = st.sampled_from(["phone", "fax 2"])
OWN = st.sampled_from(["instruction", "internal_owner", "x"])
TRANSLATED = st.tuples(st.sampled_from(["title", "message", "scope"]), st.sampled_from(["de", "en"]))
ZONES = ("Europe/Berlin", "Europe/Istanbul", "Asia/Kathmandu", "America/Sao_Paulo", "UTC")
MOMENTS = st.builds(
    lambda moment, zone: moment.replace(tzinfo=ZoneInfo(zone)),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - the zone is put on above
    st.sampled_from(ZONES),
)


@st.composite
def typed(draw: st.DrawFn, phase: TextPhase) -> Facts:
    """Facts whose every text, number and moment is somebody else's."""
    sample = facts(phase)
    shift = draw(MOMENTS) - sample.as_of
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    moments = ("as_of", "started", "detected", "ended", "next_update", "window_ends", "corrects")
    moved = {name: (moment + shift).astimezone(zone) for name in moments if (moment := getattr(sample, name))}
    prose: dict[str, Any] = {name: draw(st.none() | WORDS) for name in PROSE}
    return replace(
        sample,
        **moved,
        **prose,
        ref=f"INC-{draw(st.integers(1, 99_999))}",
        sequence=draw(st.integers(1, 30)),
        organisation=draw(SHORT),
        title=draw(LINE),
        services=tuple(Service(name) for name in draw(st.lists(SHORT, max_size=2))),
        hotline=draw(st.none() | SHORT),
        alternatives=tuple(draw(st.lists(st.builds(ContactPoint, KINDS, SHORT), max_size=2))),
        wording=tuple(draw(st.lists(st.tuples(TRANSLATED, LINE), max_size=3))),
        variables=tuple(draw(st.dictionaries(OWN, WORDS, max_size=2)).items()),
    )


@pytest.mark.parametrize("phase", TextPhase)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_people_type_is_no_fault_of_a_template(phase, data):
    record = data.draw(typed(phase))
    kind = data.draw(st.sampled_from(ChannelKind))
    locale = data.draw(st.sampled_from(["de", "en"]))
    audience = data.draw(st.sampled_from(AUDIENCES))
    try:
        rendered = RENDERER.render(record, audience, locale, kind)
    except TooLong:
        assert kind not in {ChannelKind.EMAIL, ChannelKind.PAGE}
        return
    if kind in {ChannelKind.EMAIL, ChannelKind.PAGE} and phase is not TextPhase.DRILL:
        assert_complete(record.worded("message", locale), rendered)


def assert_complete(message: str | None, rendered: Rendered) -> None:
    """Every word of the message is in the text, and where there is one, in the page."""
    said = " ".join(clean(message or "").split())
    assert said in " ".join(rendered.message.text.split())
    html = rendered.message.html
    if html:
        shown = visible(html)
        assert [word for word in said.split() if word.strip("-:") not in shown] == []
