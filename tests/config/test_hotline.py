"""`[hotline]`: what is refused, and what is read."""

from __future__ import annotations

import pytest

CHANNELS = """
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"

[channels.call]
adapter = "twilio-voice"

[channels.sms]
adapter = "twilio-sms"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["sms"]]

[oncall.support]
contacts = ["agents.csv"]
shifts = [{ who = "a-17", from = "08:00", until = "18:00" }]

"""
LEAST = 'numbers = [{ number = "+4930231250", locale = "de" }]\nchannel = "call"\n'


def test_a_hotline_has_numbers_a_channel_and_people(read, tmp_path):
    written = (
        f'[hotline]\n{LEAST}sms = "sms"\nrota = "support"\nring = "20s"\nmost = 3\ngive_up = "1m"\n'
        'fallback = "public/hotline.xml"\n'
    )

    calls = read(CHANNELS + written).calls

    assert [(line.number, line.locale) for line in calls.numbers] == [("+4930231250", "de")]
    assert (calls.channel, calls.sms, calls.rota) == ("call", "sms", "support")
    assert (calls.ring, calls.most, calls.give_up) == (20.0, 3, 60.0)
    assert calls.fallback == tmp_path / "public/hotline.xml"


def test_without_the_table_there_is_no_hotline(read):
    assert read(CHANNELS).calls is None


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("[hotline]\nchannel = 'call'", "numbers is missing"),
        ("[hotline]\nnumbers = []\nchannel = 'call'", "numbers: has no number"),
        ("[hotline]\nnumbers = [{ number = '0800 1' }]\nchannel = 'call'", "number 1: "),
        ("[hotline]\nnumbers = [{ locale = 'de' }]\nchannel = 'call'", "number 1: number is missing"),
        (
            "[hotline]\nnumbers = [{ number = '+4930231250', language = 'de' }]\nchannel = 'call'",
            "language is not",
        ),
        (
            "[hotline]\nnumbers = [{ number = '+4930231250' }, { number = '+4930231250' }]\nchannel = 'call'",
            "+4930231250 is there twice",
        ),
        (f"[hotline]\n{LEAST}lines = [{{ number = '+49 171 1' }}]", "line 1: name is missing"),
        (f"[hotline]\n{LEAST}lines = [{{ name = 'm', number = '0171 2345678' }}]", "has no country code"),
        (f"[hotline]\n{LEAST}lines = [{{ name = 'm', number = '+4930231250' }}]", "is the hotline itself"),
        (f"[hotline]\n{LEAST}lines = [{{ name = 'm', numbr = '+49171' }}]", "line 1: numbr is not known"),
        (
            f"[hotline]\n{LEAST}lines = [{{ name = 'm', number = '+491712345678', label = 'Mobil' }}]",
            "label is one text for all languages",
        ),
        (
            f"[hotline]\n{LEAST}ring = '30s'\ngive_up = '20s'",
            "20 s are over before one person was rung for 30 s",
        ),
        (f"[hotline]\n{LEAST}sms = 'smss'", 'there is no channel "smss"'),
        (f"[hotline]\n{LEAST}rota = 'suport'", 'there is no rota "suport"'),
    ],
)
def test_a_mistake_is_named_with_its_line(refusal, table, what):
    error = refusal(CHANNELS + table)

    assert what in str(error)
    assert "broadcast.toml:" in str(error)
    assert error.hint
