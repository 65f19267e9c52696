from __future__ import annotations

from pathlib import Path

import pytest

from broadcast.config.load import find_config, load
from broadcast.config.secret import Reference
from broadcast.errors import ConfigError

GENERAL = '[broadcast]\norganisation = "Muster"\nlocale = "de"\ntimezone = "Europe/Berlin"\n'

FULL = (
    GENERAL
    + """
status_url = "https://status.muster.example"
hotline = "+49 30 23125000"
live = false
max_recipients = 500

[ledger]
url = "sqlite:///data/broadcast.db"

[channels.sms]
adapter = "twilio-sms"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
base_url = "http://127.0.0.1:8080"
timeout = "1m30s"
rate = 80
price = 0.11
burst = 10
concurrency = 4
settle = 2
fate = ["twilio", "office-network"]
optional = true

[channels.page]
adapter = "statuspage"
components = { checkout = "abc123" }

[audiences.customers]
contacts = ["contacts/customers.csv"]
lanes = [
    ["sms"],  # people first
    ["page"],
]

[audiences.field]
texts = "agents"
lanes = [["sms"]]

[services.checkout]
de = "Kasse"
en = "Checkout"
component = "abc123"
"""
)


def test_a_whole_configuration_becomes_settings(read, tmp_path):
    settings = read(FULL)

    assert settings.path == tmp_path / "broadcast.toml"
    assert settings.ledger == tmp_path / "data" / "broadcast.db"
    assert (settings.organisation, settings.locale, settings.timezone.key) == (
        "Muster",
        "de",
        "Europe/Berlin",
    )
    assert (settings.live, settings.max_recipients, settings.region) == (False, 500, "DE")
    sms = settings.channels["sms"]
    assert sms.price == 0.11
    assert (sms.adapter, sms.timeout, sms.rate, sms.burst, sms.concurrency) == ("twilio-sms", 90, 80, 10, 4)
    assert (sms.lookup_delay, sms.fate, sms.optional) == (2, ("twilio", "office-network"), True)
    assert sms.base_url == "http://127.0.0.1:8080"
    assert sms.origin == "broadcast.toml, [channels.sms]"
    assert set(sms.options) == {"auth_token", "from"}
    assert settings.channels["page"].options["components"] == {"checkout": "abc123"}
    customers = settings.audiences["customers"]
    assert customers.contacts == (tmp_path / "contacts" / "customers.csv",)
    assert customers.lanes == (("sms",), ("page",))
    assert customers.template_audience == "customers"
    assert settings.audiences["field"].template_audience == "agents"
    checkout = settings.services["checkout"]
    assert (checkout.name_in("de-AT"), checkout.name_in("fr"), checkout.component) == (
        "Kasse",
        "checkout",
        "abc123",
    )
    assert settings.warnings == ()


def test_what_is_left_out_has_a_default(read, tmp_path):
    settings = read('[broadcast]\norganisation = "Muster"\n')

    assert (settings.locale, settings.timezone.key, settings.region, settings.live) == (
        "en",
        "UTC",
        "GB",
        True,
    )
    assert settings.ledger == tmp_path / "xdg-data" / "broadcast" / "broadcast.db"
    assert settings.templates is None
    assert "UTC" in settings.warnings[0]
    assert settings.origins["broadcast.locale"] == "default"


def test_the_region_follows_the_locale(read):
    assert read(GENERAL.replace('"de"', '"de-AT"')).region == "AT"
    assert read(GENERAL + 'region = "ch"\n').region == "CH"


def test_templates_beside_the_file_are_found(read, tmp_path):
    (tmp_path / "templates").mkdir()

    assert read(GENERAL).templates == tmp_path / "templates"


class TestFinding:
    def test_the_flag_goes_before_the_variable_before_the_folder_before_the_user(self, tmp_path):
        own = tmp_path / "xdg-config" / "broadcast"
        own.mkdir(parents=True)
        files = [tmp_path / "flag.toml", tmp_path / "env.toml", tmp_path / "broadcast.toml"]
        for file in [*files, own / "broadcast.toml"]:
            file.write_text(GENERAL)
        environ = {"BROADCAST_CONFIG": str(files[1])}

        assert find_config(Path("flag.toml"), environ, tmp_path) == files[0]
        assert find_config(None, environ, tmp_path) == files[1]
        assert find_config(None, {}, tmp_path) == files[2]
        files[2].unlink()
        assert find_config(None, {}, tmp_path) == own / "broadcast.toml"

    def test_without_any_file_init_is_the_way_out(self, tmp_path):
        with pytest.raises(ConfigError, match="there is no configuration") as refusal:
            load(None, {}, tmp_path)

        assert "broadcast init" in str(refusal.value.hint)

    def test_a_named_file_that_is_missing_is_not_replaced_by_another(self, tmp_path):
        (tmp_path / "broadcast.toml").write_text(GENERAL)

        with pytest.raises(ConfigError, match=r"--config: other\.toml does not exist"):
            load(Path("other.toml"), {}, tmp_path)
        with pytest.raises(ConfigError, match="BROADCAST_CONFIG: conf does not exist"):
            load(None, {"BROADCAST_CONFIG": "conf"}, tmp_path)
        with pytest.raises(ConfigError, match="is a folder"):
            load(tmp_path, {}, tmp_path)

    def test_paths_are_relative_to_the_file_and_not_to_where_one_stands(self, tmp_path):
        (tmp_path / "conf").mkdir()
        (tmp_path / "conf" / "prod.toml").write_text(FULL)

        settings = load(Path("conf/prod.toml"), {}, tmp_path)

        assert settings.ledger == tmp_path / "conf" / "data" / "broadcast.db"
        assert settings.origins["broadcast.locale"] == "conf/prod.toml:3"


class TestEnvironment:
    def test_it_goes_before_the_file_and_says_so(self, read):
        settings = read(
            FULL,
            {
                "BROADCAST_ORGANISATION": "Anders",
                "BROADCAST_LIVE": "yes",
                "BROADCAST_MAX_RECIPIENTS": "7",
                "BROADCAST_HOTLINE": "",
                "BROADCAST_CHANNELS_SMS_BASE_URL": "http://127.0.0.1:9",
                "BROADCAST_CHANNELS_SMS_TIMEOUT": "5",
                "BROADCAST_CHANNELS_SMS_RATE": "0.5",
                "BROADCAST_CHANNELS_SMS_FATE": "a, b",
                "BROADCAST_CHANNELS_PAGE_PAGE_ID": "p1",
            },
        )

        assert (settings.organisation, settings.live, settings.max_recipients) == ("Anders", True, 7)
        assert settings.hotline == "+49 30 23125000"
        sms = settings.channels["sms"]
        assert (sms.base_url, sms.timeout, sms.rate, sms.fate) == ("http://127.0.0.1:9", 5, 0.5, ("a", "b"))
        assert settings.channels["page"].text("page_id") == "p1"
        assert settings.origins["broadcast.organisation"] == "environment BROADCAST_ORGANISATION"
        assert settings.origins["broadcast.locale"] == "broadcast.toml:3"
        assert settings.origins["channels.sms.timeout"] == "environment BROADCAST_CHANNELS_SMS_TIMEOUT"

    def test_the_longest_channel_name_is_meant(self, read):
        channels = '[channels.mail]\nadapter = "a"\n[channels.mail-backup]\nadapter = "b"\n'

        settings = read(GENERAL + channels, {"BROADCAST_CHANNELS_MAIL_BACKUP_HOST": "h"})

        assert settings.channels["mail-backup"].text("host") == "h"
        assert not settings.channels["mail"].options

    @pytest.mark.parametrize(
        ("variable", "ledger"),
        [("state.db", "state.db"), ("sqlite:///x.db", "x.db"), ("/var/b.db", "/var/b.db")],
    )
    def test_the_ledger_may_be_a_path_or_a_url(self, read, tmp_path, variable, ledger):
        assert read(FULL, {"BROADCAST_LEDGER": variable}).ledger == tmp_path / ledger

    def test_a_wrong_variable_is_named(self, refusal):
        error = refusal(FULL, {"BROADCAST_LIVE": "perhaps"})

        assert (
            str(error) == 'environment BROADCAST_LIVE: [broadcast] live: "perhaps" is neither true nor false'
        )

    def test_a_slip_is_warned_about_and_a_stranger_is_not(self, read):
        settings = read(
            FULL, {"BROADCAST_LOCAL": "en", "BROADCAST_TOWER": "7", "BROADCAST_CHANNELS_FAX_X": "1"}
        )

        assert settings.warnings == (
            "environment BROADCAST_LOCAL is not known: did you mean BROADCAST_LOCALE?",
            "environment BROADCAST_CHANNELS_FAX_X names no channel of the configuration",
        )

    def test_a_secret_in_a_variable_stays_there(self, read):
        sms = read(FULL, {"BROADCAST_CHANNELS_SMS_AUTH_TOKEN": "geheim"}).channels["sms"]

        assert isinstance(sms.options["auth_token"], Reference)
        assert "geheim" not in repr(sms.options["auth_token"])
        assert sms.text("auth_token") == "geheim"


class TestDotenv:
    def test_it_is_read_literally_and_the_real_environment_goes_before_it(self, read, tmp_path):
        (tmp_path / ".env").write_text(
            "TWILIO_AUTH_TOKEN='a$HOME'\nBROADCAST_LOCALE=en\nBROADCAST_HOTLINE=110\n"
        )
        (tmp_path / ".env").chmod(0o600)

        settings = read(FULL, {"BROADCAST_HOTLINE": "112"})

        assert settings.channels["sms"].text("auth_token") == "a$HOME"
        assert (settings.locale, settings.hotline) == ("en", "112")
        assert settings.origins["broadcast.locale"] == ".env BROADCAST_LOCALE"
        assert settings.warnings == ()

    def test_the_one_further_up_is_not_taken(self, tmp_path):
        inner = tmp_path / "inner"
        inner.mkdir()
        (inner / "broadcast.toml").write_text(FULL)
        (tmp_path / ".env").write_text("BROADCAST_LOCALE=en\n")

        assert load(None, {}, inner).locale == "de"

    def test_one_that_others_may_read_is_warned_about_with_the_fix(self, read, tmp_path):
        (tmp_path / ".env").write_text("A=b\n")
        (tmp_path / ".env").chmod(0o644)

        (warning,) = read(FULL).warnings

        assert "mode 0644" in warning
        assert f"chmod 600 {tmp_path / '.env'}" in warning

    def test_one_that_is_no_text_is_refused(self, refusal, tmp_path):
        (tmp_path / ".env").write_bytes(b"A=\xff\xfe\n")

        assert "not UTF-8" in str(refusal(FULL))


class TestSecrets:
    def test_a_secret_file_is_read_when_it_is_used_and_not_before(self, read, tmp_path):
        settings = read(FULL.replace("env:TWILIO_AUTH_TOKEN", "file:token"))

        with pytest.raises(ConfigError, match="cannot read the secret file"):
            settings.channels["sms"].text("auth_token")
        (tmp_path / "token").write_text("geheim\n")
        assert settings.channels["sms"].text("auth_token") == "geheim"

    def test_a_secret_file_that_others_may_read_is_warned_about(self, read, tmp_path):
        (tmp_path / "token").write_text("geheim")
        (tmp_path / "token").chmod(0o640)

        (warning,) = read(FULL.replace("env:TWILIO_AUTH_TOKEN", "file:token")).warnings

        assert "chmod 600" in warning

    @pytest.mark.parametrize("value", ['"geheim-123"', "1234567", '["geheim-123"]', '""'])
    def test_a_secret_in_the_file_is_refused_with_the_fix_and_never_shown(self, refusal, value):
        error = refusal(FULL.replace('"env:TWILIO_AUTH_TOKEN"', value))

        assert str(error) == "broadcast.toml:16: [channels.sms] auth_token: a secret must not be in the file"
        assert (
            error.hint == 'write auth_token = "env:TWILIO_AUTH_TOKEN" here, and TWILIO_AUTH_TOKEN=... in .env'
        )

    def test_a_general_value_may_come_from_the_environment(self, read, refusal):
        text = GENERAL + 'hotline = "env:HOTLINE"\n'

        assert read(text, {"HOTLINE": "110"}).hotline == "110"
        assert "HOTLINE is not set" in str(refusal(text))
