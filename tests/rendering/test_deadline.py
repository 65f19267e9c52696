"""Until when the authority must hear of a breach of personal data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
AFFECTED = (("internal_personal_data", "yes"),)


def mail(**changes: object) -> str:
    record = replace(sample_facts(Situation.UPDATE), variables=AFFECTED, **changes)  # type: ignore[arg-type]  # the tests name fields
    return RENDERER.render(record, "executives", "de", ChannelKind.EMAIL).message.text


def test_it_is_72_hours_after_it_was_noticed_on_the_clocks_of_the_organisation():
    assert "bis Mi, 19.11., 13:42 Uhr (DSGVO Art. 33)" in mail()


def test_an_hour_that_clocks_skip_is_no_hour_less():
    zone = ZoneInfo("Europe/Berlin")
    noticed = datetime(2026, 3, 27, 13, 42, tzinfo=zone)
    at = {"started": noticed, "detected": noticed, "as_of": noticed, "next_update": None}

    assert "bis Mo, 30.3., 14:42 Uhr (DSGVO Art. 33)" in mail(**at)


@pytest.mark.parametrize("said", ["no", "nein", ""])
def test_without_its_fact_there_is_no_word_of_it(said):
    record = replace(sample_facts(Situation.UPDATE), variables=(("internal_personal_data", said),))
    text = RENDERER.render(record, "executives", "de", ChannelKind.EMAIL).message.text

    assert "DSGVO" not in text
    assert "Frist" not in text


def test_an_exercise_sets_no_legal_deadline():
    assert "Frist" not in mail(drill=True)
