"""Broken configurations: what the user reads about each."""

from __future__ import annotations

import pytest

GENERAL = '[broadcast]\norganisation = "Muster"\nlocale = "de"\ntimezone = "Europe/Berlin"\n'
SMS = '[channels.sms]\nadapter = "twilio-sms"\n'

#: What stands in the file, the message, a piece of the hint.
BROKEN = {
    "unquoted text": (
        "[broadcast]\nlocale = de\n",
        "broadcast.toml:2:10: this is not TOML: ",
        "quotation marks",
    ),
    "a quotation mark left open": (
        '[broadcast]\norganisation = "Muster\nlocale = "de"\n',
        "broadcast.toml:2:23: this is not TOML: a quotation mark is not closed",
        "quotation marks",
    ),
    "a single quotation mark left open": (
        "[broadcast]\norganisation = 'Muster\nlocale = 'de'\n",
        "broadcast.toml:2:23: this is not TOML: a quotation mark is not closed",
        "quotation marks",
    ),
    "a quotation mark left open at the end": (
        '[broadcast]\norganisation = "Muster',
        "broadcast.toml: this is not TOML: a quotation mark is not closed",
        "quotation marks",
    ),
    "a key twice": (GENERAL + 'locale = "en"\n', "broadcast.toml:5:14: this is not TOML: ", "every key once"),
    "a table left open": ("[broadcast\n", "broadcast.toml:1:11: this is not TOML: ", "[brackets]"),
    "a nesting bomb": ("a = " + "[" * 100_000, "broadcast.toml: values are nested too deeply", "flat"),
    "an endless number": ("a = " + "9" * 5000, "broadcast.toml: this is not TOML: ", "quotation marks"),
    "a huge file": ("#" * 1_048_577, "broadcast.toml: is larger than 1 MiB", "kilobytes"),
    "an unknown section": (
        GENERAL + "[chanels.sms]\n",
        "broadcast.toml:5: [chanels]: is not a known section",
        "did you mean channels?",
    ),
    "a key outside its section": (
        'locale = "de"\n' + GENERAL,
        "broadcast.toml:1: locale: is outside its section",
        "put it below [broadcast]",
    ),
    "a section that is a value": (
        "ledger = 1\n" + GENERAL,
        "broadcast.toml:1: ledger: is not a table",
        "write [ledger]",
    ),
    "a list of channels": (
        GENERAL + '[[channels]]\nname = "sms"\n',
        "broadcast.toml:5: channels: is not a table",
        "write [channels]",
    ),
    "a channel that is a value": (
        GENERAL + '[channels]\nsms = "twilio-sms"\n',
        'broadcast.toml:6: [channels] sms: "twilio-sms" is not a table',
        "[channels.sms]",
    ),
    "an unknown key": (
        GENERAL + 'hot_line = "110"\n',
        "broadcast.toml:5: [broadcast] hot_line: is not known here",
        "did you mean hotline?",
    ),
    "a key that acts on the terminal": (
        GENERAL + '"\\u001b[31m\\n" = 1\n',
        "broadcast.toml:1: [broadcast] \\x1b[31m: is not known here",
        "use one of: ",
    ),
    "no organisation": (
        '[broadcast]\ntimezone = "UTC"\n',
        "broadcast.toml:1: [broadcast]: organisation is missing",
        'add organisation = "',
    ),
    "nothing at all": ("", "broadcast.toml: [broadcast]: organisation is missing", "add organisation"),
    "an empty text": (
        GENERAL.replace("Muster", " "),
        "broadcast.toml:2: [broadcast] organisation: is empty",
        "fill it in",
    ),
    "control characters": (
        GENERAL.replace("Muster", "\\u001b[31m"),
        "broadcast.toml:2: [broadcast] organisation: holds control characters",
        "plain text",
    ),
    "a language by its name": (
        GENERAL.replace('"de"', '"Deutsch"'),
        'broadcast.toml:3: [broadcast] locale: "Deutsch" is not a locale',
        "did you mean de?",
    ),
    "a locale with an underscore": (
        GENERAL.replace('"de"', '"de_at"'),
        'broadcast.toml:3: [broadcast] locale: "de_at" is not a locale',
        "did you mean de-AT?",
    ),
    "a locale whose country is not known": (
        GENERAL.replace('"de"', '"fr"'),
        "broadcast.toml:1: [broadcast]: region is missing",
        'region = "FR"',
    ),
    "a city as the time zone": (
        GENERAL.replace("Europe/Berlin", "Berlin"),
        'broadcast.toml:4: [broadcast] timezone: "Berlin" is not a time zone',
        "did you mean Europe/Berlin?",
    ),
    "a locale as LANG has it": (
        GENERAL.replace('"de"', '"de_DE.UTF-8"'),
        'broadcast.toml:3: [broadcast] locale: "de_DE.UTF-8" is not a locale',
        "did you mean de-DE?",
    ),
    "what clocks show in summer as the time zone": (
        GENERAL.replace("Europe/Berlin", "CEST"),
        'broadcast.toml:4: [broadcast] timezone: "CEST" is not a time zone',
        'write a place, which has summer time: "Europe/Berlin"',
    ),
    "an offset as the time zone": (
        GENERAL.replace("Europe/Berlin", "UTC+2"),
        'broadcast.toml:4: [broadcast] timezone: "UTC+2" is not a time zone',
        'an offset has no summer time; write a place, like "Europe/Berlin"',
    ),
    "a time zone with a slip": (
        GENERAL.replace("Europe/Berlin", "europe/berlln"),
        'broadcast.toml:4: [broadcast] timezone: "europe/berlln" is not a time zone',
        "did you mean Europe/Berlin?",
    ),
    "a time zone that leads elsewhere": (
        GENERAL.replace("Europe/Berlin", "../../etc/passwd"),
        'broadcast.toml:4: [broadcast] timezone: "../../etc/passwd" is not a time zone',
        "",
    ),
    "a region as a telephone code": (
        GENERAL + 'region = "+49"\n',
        'broadcast.toml:5: [broadcast] region: "+49" is not a country in two letters',
        '"DE"',
    ),
    "a truth in quotation marks": (
        GENERAL + 'live = "false"\n',
        'broadcast.toml:5: [broadcast] live: "false" is neither true nor false',
        "without quotation marks",
    ),
    "a guard of zero": (
        GENERAL + "max_recipients = 0\n",
        "broadcast.toml:5: [broadcast] max_recipients: 0 is not a whole number above 0",
        "50",
    ),
    "a status page without a scheme": (
        GENERAL + 'status_url = "status.muster.example"\n',
        "broadcast.toml:5: [broadcast] status_url: is not an http or https address",
        "https://",
    ),
    "a template folder that is not there": (
        GENERAL + 'templates = "texts"\n',
        'broadcast.toml:5: [broadcast] templates: there is no folder "texts"',
        "create it",
    ),
    "a ledger on a server": (
        GENERAL + '[ledger]\nurl = "postgresql://localhost/broadcast"\n',
        "broadcast.toml:6: [ledger] url: PostgreSQL is not supported yet",
        "sqlite:///broadcast.db",
    ),
    "a ledger of another kind": (
        GENERAL + '[ledger]\nurl = "broadcast.db"\n',
        "broadcast.toml:6: [ledger] url: is not a ledger; supported is sqlite:///PATH",
        "sqlite:///broadcast.db",
    ),
    "a ledger that forgets": (
        GENERAL + '[ledger]\nurl = "sqlite:///:memory:"\n',
        "broadcast.toml:6: [ledger] url: the ledger must be a plain file",
        "sqlite:///broadcast.db",
    ),
    "a channel without an adapter": (
        GENERAL + '[channels.sms]\nfrom = "+4930231250"\n',
        "broadcast.toml:5: [channels.sms]: adapter is missing",
        'add adapter = "twilio-sms"',
    ),
    "a duration in words": (
        GENERAL + SMS + 'timeout = "soon"\n',
        'broadcast.toml:7: [channels.sms] timeout: "soon" is not a duration',
        '"30s"',
    ),
    "no time at all": (
        GENERAL + SMS + "timeout = 0\n",
        "broadcast.toml:7: [channels.sms] timeout: 0 leaves",
        "30s",
    ),
    "a price with a sign": (
        GENERAL + SMS + 'price = "$0.11"\n',
        'broadcast.toml:7: [channels.sms] price: "$0.11" is not a price',
        "write US dollars like 0.11, without a sign",
    ),
    "a rate in words": (
        GENERAL + SMS + 'rate = "80/s"\n',
        'broadcast.toml:7: [channels.sms] rate: "80/s" is not a number above 0',
        "80",
    ),
    "one fate outside a list": (
        GENERAL + SMS + 'fate = "twilio"\n',
        "broadcast.toml:7: [channels.sms] fate: is not a list of texts",
        '["one", "two"]',
    ),
    "credentials in an address": (
        GENERAL + SMS + 'base_url = "https://user:geheim@api.example"\n',
        "broadcast.toml:7: [channels.sms] base_url: holds credentials",
        "keys",
    ),
    "a certificate that is not there": (
        GENERAL + SMS + 'ca_file = "ca.pem"\n',
        'broadcast.toml:7: [channels.sms] ca_file: there is no file "ca.pem"',
        "PEM",
    ),
    "a reference to nothing": (
        GENERAL + SMS + 'auth_token = "env:"\n',
        "broadcast.toml:7: [channels.sms] auth_token: is not a usable reference",
        "env:NAME",
    ),
    "an audience without lanes": (
        GENERAL + SMS + "[audiences.customers]\n",
        "broadcast.toml:7: [audiences.customers]: lanes is missing",
        'add lanes = [["sms"]]',
    ),
    "lanes without a second bracket": (
        GENERAL + SMS + '[audiences.customers]\nlanes = ["sms"]\n',
        "broadcast.toml:8: [audiences.customers] lanes: is not a list of lanes",
        '[["email", "sms"], ["page"]]',
    ),
    "a lane that is empty": (
        GENERAL + SMS + "[audiences.customers]\nlanes = [[]]\n",
        "broadcast.toml:8: [audiences.customers] lanes: has a lane without channels",
        "",
    ),
    "a lane to a channel that is not there": (
        GENERAL + SMS + '[audiences.customers]\nlanes = [["smss"]]\n',
        'broadcast.toml:8: [audiences.customers] lanes: there is no channel "smss"',
        "did you mean sms?",
    ),
    "a channel twice in a lane": (
        GENERAL + SMS + '[audiences.customers]\nlanes = [["sms", "sms"]]\n',
        'broadcast.toml:8: [audiences.customers] lanes: "sms" is twice in one lane',
        "once",
    ),
    "a service with a slip": (
        GENERAL + '[services.checkout]\ncomponet = "abc"\n',
        "broadcast.toml:6: [services.checkout] componet: is not known here",
        "did you mean component?",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration_is_refused_with_its_line_and_the_fix(refusal, name):
    text, message, hint = BROKEN[name]

    error = refusal(text)

    assert str(error).startswith(message)
    assert "\n" not in str(error)
    assert hint in str(error.hint)
    assert "geheim" not in f"{error} {error.hint}"


def test_all_problems_are_told_at_once_in_the_order_of_the_file(refusal):
    error = refusal(
        '[broadcast]\nlocale = "deutsch"\norganisation = "x"\ntimezone = "UTC"\n'
        '[channels.sms]\ntimeout = "soon"\n[audiences.all]\nlanes = [["x"]]\n'
    )

    assert str(error).splitlines() == [
        'broadcast.toml:2: [broadcast] locale: "deutsch" is not a locale (did you mean de?)',
        'broadcast.toml:5: [channels.sms]: adapter is missing (add adapter = "twilio-sms", or another)',
        (
            'broadcast.toml:6: [channels.sms] timeout: "soon" is not a duration '
            '(write it like "30s", "1h30m" or "90d")'
        ),
        'broadcast.toml:8: [audiences.all] lanes: there is no channel "x" (use one of: sms)',
    ]
    assert error.hint == "correct these 4 places in broadcast.toml"


def test_a_file_in_another_encoding_is_refused_with_its_line(read, tmp_path):
    from broadcast.config.load import load
    from broadcast.errors import ConfigError

    (tmp_path / "broadcast.toml").write_bytes('[broadcast]\norganisation = "Müller"\n'.encode("cp1252"))

    with pytest.raises(ConfigError, match=r"broadcast\.toml:2: is not UTF-8 text"):
        load(None, {}, tmp_path)


def test_the_mark_that_windows_editors_write_does_no_harm(read):
    assert read("\ufeff" + GENERAL).organisation == "Muster"
