"""`[hotline]` and `[ai]`: what is refused, and what is read."""

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
        'fallback = "public/hotline.xml"\ncrm = { contacts = "customers" }\n'
    )

    calls = read(CHANNELS + written).calls

    assert [(line.number, line.locale) for line in calls.numbers] == [("+4930231250", "de")]
    assert (calls.channel, calls.sms, calls.rota) == ("call", "sms", "support")
    assert (calls.ring, calls.most, calls.give_up) == (20.0, 3, 60.0)
    assert calls.fallback == tmp_path / "public/hotline.xml"
    assert (calls.crm.source, calls.crm.value, calls.crm.timeout) == ("contacts", "customers", 1.0)


def test_without_the_tables_there_is_neither_hotline_nor_model(read):
    settings = read(CHANNELS)

    assert (settings.calls, settings.ai) == (None, None)


def test_a_model_has_an_address_a_name_and_a_hidden_key(read):
    table = '[ai]\nbase_url = "https://api.example/v1"\nmodel = "small"\napi_key = "env:MODEL_KEY"\n'

    ai = read(CHANNELS + table, {"MODEL_KEY": "s3cret"}).ai

    assert (ai.base_url, ai.model, ai.timeout, ai.budget_per_call) == (
        "https://api.example/v1",
        "small",
        2.5,
        3,
    )
    assert ai.api_key.resolve("there") == "s3cret"
    assert "s3cret" not in repr(ai)


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
        (f"[hotline]\n{LEAST}sms = 'smss'", 'there is no channel "smss"'),
        (f"[hotline]\n{LEAST}rota = 'suport'", 'there is no rota "suport"'),
        (f"[hotline]\n{LEAST}crm = {{ contacts = 'custmers' }}", 'there is no audience "custmers"'),
        (f"[hotline]\n{LEAST}crm = {{ channel = 'desk' }}", 'there is no channel "desk"'),
        (f"[hotline]\n{LEAST}crm = {{ url = 'https://crm.example/' }}", "url has no place for the number"),
        (f"[hotline]\n{LEAST}crm = {{ sql = 'crm.db' }}", "query is missing"),
        (f"[hotline]\n{LEAST}crm = {{ timeout = '1s' }}", "names no source"),
        (f"[hotline]\n{LEAST}crm = {{ url = 'https://x/{{phone}}', token = 'plain' }}", "is a secret"),
        ("[ai]\nmodel = 'small'", "base_url is missing"),
        ("[ai]\nbase_url = 'https://x/v1'\nmodel = 'm'\napi_key = 'plain'", "is a secret"),
    ],
)
def test_a_mistake_is_named_with_its_line(refusal, table, what):
    error = refusal(CHANNELS + table)

    assert what in str(error)
    assert "broadcast.toml:" in str(error)
    assert error.hint
