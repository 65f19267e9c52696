"""Kind: a value that the provider certainly refuses is found in the incident, not by `config check`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broadcast.channels import registry
from broadcast.config.settings import Settings
from broadcast.errors import ConfigError
from broadcast.monitoring.config_check import inspect

HEAD = '[broadcast]\norganisation = "Muster"\nlocale = "de"\ntimezone = "Europe/Berlin"\n[channels.c]\n'
SID, AUTH = '"AC0123456789abcdef0123456789abcdef"', '"env:AUTH"'
TWILIO = {"account_sid": SID, "auth_token": AUTH, "from": '"+4930901820"'}
X = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
ENTRA = {"tenant": '"muster.onmicrosoft.com"', "client_secret": '"env:S"', "from": '"a@muster.de"'}
GUID = '"11111111-2222-3333-4444-555555555555"'
GATEWAY = {
    "base_url": '"https://sms.example"',
    "from": '"{value}"',
    "send": '{ path = "/sms", json = { to = "{to}", text = "{text}", from = "{from}" }, id = "id" }',
    "probe": '"/balance"',
}

#: adapter, the options that are right, the option that is wrong, wrong values
WRONG = [
    (
        "twilio-sms",
        TWILIO,
        "from",
        ['"Haendler Nord"', '"Müller"', '"+49 (0)30 1"', '"12"', '"+0123456789"', "5"],
    ),
    ("twilio-sms", TWILIO, "account_sid", ['"AC123"', '"SK0123456789abcdef0123456789abcdef"', '"env:SHORT"']),
    ("twilio-sms", TWILIO, "auth_token", ['"env:LINES"']),
    ("twilio-sms", TWILIO, "messaging_service_sid", ['"AC0123456789abcdef0123456789abcdef"']),
    ("twilio-sms", TWILIO, "validity", ["0", "36001", '"10h"', "1.5", "true", "[600]"]),
    ("twilio-sms", TWILIO, "status_callback", ['"notify.muster.de"', '"ftp://x.de"', "{ a = 1 }"]),
    ("twilio-voice", TWILIO, "from", ['"Muster"', '"030 901820"']),
    ("twilio-voice", TWILIO, "action_url", ['"keys.muster.de"']),
    ("sendgrid", {"from": '"a@muster.de"'}, "api_key", ['"env:SHORT"', '"env:LINES"']),
    ("sendgrid", {"api_key": '"env:KEY"'}, "from", ['"muster.de"', '"Muster <a@muster.de>"']),
    ("smtp", {"host": '"smtp.muster.de"', "from": '"a@muster.de"'}, "port", ["0", "65536", '"smtp"']),
    ("smtp", {"from": '"a@muster.de"'}, "host", ['"smtp.muster.de:587"', '"smtp://muster.de"', '"a b"']),
    ("outlook", {**ENTRA, "client_id": GUID}, "tenant", ['"muster"', '"https://muster.de"']),
    ("outlook", ENTRA, "client_id", ['"muster-app"', '"1111"']),
    ("x", dict.fromkeys(X, '"env:KEY"'), "access_token", ['"env:SHORT"']),
    ("mastodon", {"base_url": '"https://m.example"', "access_token": '"env:KEY"'}, "visibility", ['"loud"']),
    ("bluesky", {"password": '"env:KEY"'}, "identifier", ['"@muster.bsky.social"', '"muster"']),
    ("statuspage", {"api_key": '"env:KEY"'}, "page_id", ['"https://muster.statuspage.io"', '"My page"']),
    ("slack", {"channel": '"C0123ABCD"'}, "token", ['"env:SHORT"', '"env:APP"']),
    ("slack", {"token": '"env:BOT"'}, "channel", ['"#incidents"', '"incidents"']),
    ("slack-webhook", {}, "webhook_url", ['"env:SHORT"', '"env:OTHER"']),
    (
        "matrix",
        {"base_url": '"https://m.example"', "access_token": '"env:KEY"'},
        "room",
        ['"#ops:m.example"'],
    ),
    (
        "zendesk",
        {"email": '"a@muster.de"', "token": '"env:KEY"'},
        "subdomain",
        ['"muster.zendesk.com/agent"'],
    ),
    ("zendesk", {"subdomain": '"muster"', "token": '"env:KEY"'}, "email", ['"muster"']),
    ("sms-gateway", GATEWAY, "from", ['"Haendler Nord"']),
]
SECRETS = {
    "AUTH": "0123456789abcdef0123456789abcdef",
    "SHORT": "zzq",
    "LINES": "two\nlines",
    "KEY": "SG.abc.def",
    "BOT": "xoxb-1-2-abc",
    "APP": "xapp-1-2-abc",
    "S": "s3cret~value",
    "OTHER": "https://hooks.other.example/services/T/B/x",
}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def written(adapter: str, options: dict[str, str]) -> str:
    lines = [f'adapter = "{adapter}"', *(f"{key} = {value}" for key, value in options.items())]
    return HEAD + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("adapter", "options", "key", "value"),
    [(adapter, options, key, value) for adapter, options, key, values in WRONG for value in values],
)
def test_a_value_that_the_provider_refuses_is_named_with_line_field_and_fix(
    read: Callable[..., Settings], adapter: str, options: dict[str, str], key: str, value: str
):
    text = written(adapter, {**{name: given for name, given in options.items() if name != key}, key: value})
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith(f"{key} ="))

    with pytest.raises(ConfigError) as refused:
        inspect(read(text))

    assert f"broadcast.toml:{line}: [channels.c]" in str(refused.value)
    assert key in str(refused.value)
    assert refused.value.hint
    assert not any(secret in f"{refused.value} {refused.value.hint}" for secret in SECRETS.values())


@pytest.mark.parametrize("secret", ['"env:NOT_SET"', '"env:AUTH"'])
def test_a_secret_that_is_not_set_yet_keeps_nothing_else_from_being_checked(read, secret):
    with pytest.raises(ConfigError, match=r"broadcast\.toml:9: \[channels\.c\]: from"):
        inspect(read(written("twilio-sms", {**TWILIO, "auth_token": secret, "from": '"Haendler Nord"'})))


def test_everything_that_is_wrong_with_a_channel_is_told_at_once(read):
    wrong = {**TWILIO, "account_sid": '"AC1"', "from": '"Haendler Nord"', "validity": "0"}

    with pytest.raises(ConfigError) as refused:
        inspect(read(written("twilio-sms", wrong)))

    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [
        "broadcast.toml:7",
        "broadcast.toml:9",
        "broadcast.toml:10",
    ]


@pytest.mark.parametrize("sender", ["+4930901820", "10010", "Muster Shop", "MUSTER-24", "3M"])
def test_a_sender_that_phones_show_is_right(read, sender):
    inspect(read(written("twilio-sms", {**TWILIO, "from": f'"{sender}"'})))


def test_a_variable_gives_a_number_as_the_file_does(read):
    settings = read(written("twilio-sms", TWILIO), {"BROADCAST_CHANNELS_C_VALIDITY": "600"})

    inspect(settings)
    registry.build(settings.channels["c"])


def test_a_wrong_variable_is_named(read):
    settings = read(written("twilio-sms", TWILIO), {"BROADCAST_CHANNELS_C_VALIDITY": "0"})

    with pytest.raises(
        ConfigError, match=r"environment BROADCAST_CHANNELS_C_VALIDITY: \[channels\.c\]: validity"
    ):
        inspect(settings)


def test_another_server_may_have_ids_of_its_own(read):
    inspect(
        read(
            written(
                "statuspage", {"base_url": '"https://p.example"', "api_key": '"env:KEY"', "page_id": '"A-1"'}
            )
        )
    )
