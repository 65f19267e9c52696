from __future__ import annotations

import json
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.errors import ConfigError, UsageError
from broadcast.sandbox.faults import Fault, Kind, fault_from, parse_fault, parse_faults
from broadcast.sandbox.providers import providers
from broadcast.sandbox.scenario import Scenario, Timed, read_scenario


@pytest.mark.parametrize(
    ("spelled", "fault"),
    [
        ("twilio:status=503,every=3", Fault(kind="status", provider="twilio", every=3, status=503)),
        ("sendgrid:down", Fault(kind="status", provider="sendgrid", status=503, reads=True)),
        ("smtp:refuse", Fault(kind="refuse", provider="smtp")),
        ("smtp:down", Fault(kind="refuse", provider="smtp", reads=False)),
        ("all:hang,times=2", Fault(kind="hang", times=2)),
        ("x:late=0.5", Fault(kind="late", provider="x", delay=0.5)),
        ("statuspage:ratelimit=30", Fault(kind="ratelimit", provider="statuspage", retry_after=30)),
        (
            "twilio:status=502, html, reads",
            Fault(kind="status", provider="twilio", status=502, html=True, reads=True),
        ),
    ],
)
def test_a_fault_is_read_as_it_is_spelled(spelled, fault):
    assert parse_fault(spelled) == fault


faults = st.builds(
    Fault,
    kind=st.sampled_from(get_args(Kind)),
    provider=st.none() | st.sampled_from(sorted(providers())),
    every=st.integers(1, 1000),
    times=st.none() | st.integers(1, 1000),
    status=st.integers(100, 599),
    retry_after=st.none() | st.integers(0, 3600).map(float),
    delay=st.integers(0, 3600).map(float),
    reads=st.booleans(),
    html=st.booleans(),
)


@given(faults)
def test_a_fault_survives_being_written_and_read_again(fault):
    assert parse_fault(str(fault)) == fault
    assert fault_from(fault.as_json()) == fault
    assert parse_faults(json.dumps([fault.as_json()]).encode()) == [fault]


@pytest.mark.parametrize(
    ("spelled", "message", "hint"),
    [
        ("twilio", "'twilio' is not a fault", "PROVIDER:KIND"),
        ("twilo:down", "unknown provider 'twilo'", "did you mean twilio?"),
        ("twilio:rate-limit", "unknown kind 'rate-limit'", "did you mean ratelimit?"),
        ("twilio:hang,evry=2", "unknown field 'evry'", "did you mean every?"),
        ("twilio:status=teapot", "status must be a number, not 'teapot'", "PROVIDER:KIND"),
        ("twilio:status=99", "status must be a whole number from 100 to 599", "PROVIDER:KIND"),
        ("twilio:hang,every=0", "every must be a whole number from 1", "PROVIDER:KIND"),
        ("twilio:late=-1", "delay must be seconds below a day", "PROVIDER:KIND"),
        ("twilio:late=nan", "delay must be seconds below a day", "PROVIDER:KIND"),
        ("twilio:hang,reads=maybe", "reads is true or false, not 'maybe'", "PROVIDER:KIND"),
        ("twilio:hang=3", "unknown field 'hang'", "use one of: provider"),
    ],
)
def test_a_misspelled_fault_is_refused_with_the_way_to_mend_it(spelled, message, hint):
    with pytest.raises(UsageError) as refusal:
        parse_fault(spelled)

    assert message in str(refusal.value)
    assert hint in (refusal.value.hint or "")


def write(folder, text):
    path = folder / "storm.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_is_read_from_its_file(tmp_path):
    path = write(
        tmp_path,
        """
        name = "Slow, then gone"
        [[fault]]
        provider = "twilio"
        kind = "late"
        delay = "3s"
        until = "1m"
        [[fault]]
        kind = "down"
        provider = "twilio"
        after = 60
        """,
    )

    assert read_scenario(path) == Scenario(
        "Slow, then gone",
        (
            Timed(Fault(kind="late", provider="twilio", delay=3.0), 0.0, 60.0),
            Timed(Fault(kind="status", provider="twilio", status=503, reads=True), 60.0),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not TOML"),
        ("nam = 'x'", "unknown field 'nam'"),
        ("name = 3", "name must be a text"),
        ("[fault]\nkind = 'hang'", "fault must be a list of tables"),
        ("[[fault]]\nkind = 'hangs'", "fault 1: unknown kind 'hangs'"),
        (
            "[[fault]]\nkind = 'hang'\n[[fault]]\nkind = 'hang'\nprovider = 'fax'",
            "fault 2: unknown provider 'fax'",
        ),
        ("[[fault]]\nkind = 'hang'\nafter = 'soon'", "fault 1: after is not a span of time: 'soon'"),
        ("[[fault]]\nkind = 'hang'\nafter = '2m'\nuntil = '1m'", "fault 1: until must be later than after"),
    ],
)
def test_a_wrong_scenario_names_its_file_and_field(tmp_path, text, message):
    path = write(tmp_path, text)

    with pytest.raises(ConfigError) as refusal:
        read_scenario(path)

    assert str(refusal.value).startswith(str(path))
    assert message in str(refusal.value)
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reply = 5", "reply must be a list of tables"),
        ("[[reply]]\nnumber = '+49151'", "reply 1: text is missing"),
        ("[[press]]\nkey = '1'", "press 1: number is missing"),
        ("[[press]]\nkey = 1\nnumber = '+49151'", "press 1: key is missing"),
        ("[[reply]]\nnumber = '+49151'\ntext = 'Ja'\nkey = '1'", "reply 1: unknown field 'key'"),
        ("[[reply]]\nnumber = '+49151'\ntext = 'Ja'\nafter = 'soon'", "after is not a span of time"),
    ],
)
def test_a_wrong_answer_in_a_scenario_is_named(tmp_path, text, message):
    path = tmp_path / "s.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=re.escape(message)) as raised:
        read_scenario(path)

    assert raised.value.hint


def test_a_missing_scenario_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the scenario .*none\.toml"):
        read_scenario(tmp_path / "none.toml")
