"""Nothing is refused for what people type; what is no text at all is refused before anything is sent."""

from __future__ import annotations

import pytest

BULLETS = "Es geht noch:\n- Formular: https://x.example/form?id=1\n- IBAN DE89 3704 0044 0532 0130 00, 8:05"


@pytest.mark.parametrize("zone", ["Europe/Istanbul", "Asia/Kathmandu"])
def test_a_message_with_links_and_numbers_goes_out_in_every_zone(muster, zone):
    said = muster.run("notify", "Kasse 2 gestört", "-m", BULLETS, "--yes", BROADCAST_TIMEZONE=zone)

    assert said.code == 0, said.said
    assert "https://x.example/form?id=1" in str(muster.received("sendgrid"))


def test_an_organisation_with_a_long_name_tells_everybody(muster):
    muster.configure(organisation="Verband der Handelsgenossenschaften " * 4)

    assert muster.run("notify", "Kasse gestört", "--yes").code == 0


def test_a_text_that_begins_with_an_at_is_written_with_two(muster):
    said = muster.run("notify", "Kasse", "-m", "@@all Bitte warten", "--dry-run")

    assert said.code == 0, said.said
    assert "@all Bitte warten" in said.said
    assert "@@all" not in said.said


@pytest.mark.parametrize("blank", ["\u200e\u200f", "\u3164", "\U000e0041\U000e0042", " \u2800\ufe0f"])
def test_a_text_that_nobody_can_see_is_empty(muster, blank):
    assert muster.run("notify", blank, "--dry-run").code == 2
    said = muster.run("notify", "Kasse", "-m", blank, "--dry-run")
    assert said.code == 2
    assert "the message is empty" in said.err
