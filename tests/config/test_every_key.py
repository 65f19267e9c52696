"""Kind: a key that works in the file means something else, or nothing, in a variable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.options import Shapes, shaped
from broadcast.config import keys, shapes
from broadcast.config.encrypted import encrypted
from broadcast.config.environment import read_dotenv
from broadcast.config.settings import Settings
from broadcast.config.show import rows
from broadcast.errors import ConfigError
from broadcast.model.incident import Severity
from broadcast.model.promise import Cadence
from broadcast.monitoring.config_check import inspect
from tests.harness.cases import for_every

STEPS = [{"to": ["audience:customers"], "channels": ["mail-backup"], "wait": "5m"}]
#: What the other keys of a table must have beside the one that is tried.
HEAD: dict[str, dict[str, object]] = {
    "broadcast": {"organisation": "Muster", "locale": "de", "timezone": "Europe/Berlin"},
    "channels.mail-backup": {"adapter": "smtp"},
    "channels.call": {"adapter": "twilio-voice"},
    "audiences.customers": {"lanes": [["mail-backup"]]},
    "audiences.crew": {"lanes": [["mail-backup"]], "internal": True},
    "services.check-out": {"de": "Kasse"},
    "alternatives.mobile": {"kind": "phone", "value": "+49 30 1"},
    "approval": {"by": ["audience:customers"]},
    "oncall.support": {"contacts": ["agents.csv"], "calendar": "shifts.ics"},
    "escalation.duty": {"steps": STEPS},
    "ai": {"base_url": "https://api.muster.de/v1", "model": "small"},
    "hotline": {"numbers": [{"number": "+4930231250"}], "channel": "call"},
}
NAMES = {
    "channels": "mail-backup",
    "audiences": "customers",
    "services": "check-out",
    "alternatives": "mobile",
    "oncall": "support",
    "escalation": "duty",
}
FREE = {"services": "de-AT", "fates": "crm-system", "status_pages": "intranet", "cadence": "customers"}
#: The table or list of tables that a key takes, if it is not the sample of its shape.
TABLES_OF = {
    "steps": STEPS,
    "numbers": [{"number": "+4930231250", "locale": "de"}],
    "lines": [{"name": "mobile-1", "number": "+49 171 2345678", "label": {"de": "Mobil"}}],
    "crm": {"channel": "mail-backup"},
}
#: A value of each shape, as the file has it, and as a variable spells it.
SAMPLES: dict[Callable[[object], Any], tuple[object, str]] = {
    shapes.text: ("Muster Nord", "Muster Nord"),
    shapes.locale: ("de-AT", "de-AT"),
    shapes.timezone: ("Europe/Vienna", "Europe/Vienna"),
    shapes.url: ("https://status.muster.de", "https://status.muster.de"),
    shapes.endpoint: ("https://api.muster.de", "https://api.muster.de"),
    encrypted: ("https://api.muster.de", "https://api.muster.de"),
    shapes.status_page: ("none", "none"),
    shapes.flag: (True, "yes"),
    shapes.region: ("AT", "at"),
    shapes.whole: (7, " 7 "),
    shapes.number: (0.5, "0.5"),
    shapes.amount: (0, "0"),
    shapes.duration: ("1m30s", "1m30s"),
    shapes.timeout: (5, "5"),
    shapes.texts: (["one", "two"], "one, two"),
    shapes.consent: ("required", "required"),
    shapes.networks: (["172.16.0.0/12", "10.0.0.5"], "172.16.0.0/12, 10.0.0.5"),
    shapes.listening: ("127.0.0.1:9000", "127.0.0.1:9000"),
    shapes.phone: ("+49 30 2312-5010", "+49 30 2312-5010"),
    shapes.day_hours: ("00:00-24:00", "00:00-24:00"),
}
OWN = {
    keys.KIND.name: ("app", "app"),
    keys.VALUE.name: ("+49 30 2", "+49 30 2"),
    "serve.url": ("https://notify.muster.de", "https://notify.muster.de"),
    "hotline.give_up": ("5m", "300"),
    keys.REMIND.name: ("audience:crew", "audience:crew"),
    keys.LEDGER_URL.name: ("sqlite:///x.db", "sqlite:///x.db"),
    keys.TEMPLATES.name: ("texts", "texts"),
    keys.CA_FILE.name: ("ca.pem", "ca.pem"),
    keys.NEEDED_FOR.name: (["sev1:customers"], "sev1:customers"),
    keys.BY.name: (["oncall:support"], "oncall:support"),
    "approval.channels": (["mail-backup", "call"], "mail-backup, call"),
    keys.FAQ.name: ("faq.toml", "faq.toml"),
    "hotline.channel": ("mail-backup", "mail-backup"),
    "hotline.sms": ("mail-backup", "mail-backup"),
    "hotline.tickets": ("mail-backup", "mail-backup"),
    "hotline.rota": ("support", "support"),
    "hotline.fallback": ("hotline.xml", "hotline.xml"),
}
NOT_BY_VARIABLE = {
    shapes.lanes: [["mail-backup"]],
    shapes.table: {"de": "immer"},
    shapes.spans: {"sev1": "5m"},
    shapes.tables: [{"who": "a-17", "from": "08:00", "until": "18:00"}],
}


def every_key() -> Iterator[tuple[str, str, keys.Key[Any]]]:
    """The table, the name and the key of everything that can be configured."""
    for section in keys.SECTIONS.values():
        table = f"{section.name}.{NAMES[section.name]}" if section.named else section.name
        yield from ((table, key.name, key) for key in section.keys)
        if section.free:
            yield table, FREE[section.name], section.free


def named(*, by_variable: bool) -> list[Any]:
    return [
        pytest.param(*one, id=f"{one[0]}.{one[1]}")
        for one in every_key()
        if (one[2].shape not in NOT_BY_VARIABLE) is by_variable and one[2].shape is not shapes.secret
    ]


def variable(table: str, key: str) -> str:
    parts = ([] if table == "broadcast" else table.split(".")) + [key]
    return "_".join(["BROADCAST", *parts]).upper().replace("-", "_")


def written(table: str = "", **given: object) -> str:
    """A file that has what it must have, and `given` in `table`."""
    tables = {name: dict(inner) for name, inner in HEAD.items()}
    tables.setdefault(table or "broadcast", {}).update(given)
    lines = []
    for name, inner in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in inner.items() if key)]
    # TOML spells tables like JSON, but with equals signs.
    return re.sub(r'(?<=[{ ])"(\w+)": ', r"\1 = ", "\n".join(lines)) + "\n"


def meant(settings: Settings) -> dict[str, object]:
    """What the settings say, whatever they were read from."""
    said = {part.name: getattr(settings, part.name) for part in fields(settings)}
    channels = {
        name: replace(channel, places={}, typeless=frozenset()) for name, channel in settings.channels.items()
    }
    return {**said, "channels": channels, "origins": {}, "warnings": ()}


@pytest.fixture(autouse=True)
def _paths(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "ca.pem").touch()


@pytest.mark.parametrize(("table", "name", "key"), named(by_variable=True))
def test_file_environment_and_dotenv_mean_the_same(read, tmp_path, table, name, key):
    value, word = OWN.get(f"{table}.{name}") or OWN.get(name) or SAMPLES.get(key.shape, ("", ""))
    settings = read(written(table, **{name: value}))
    dotted, spelled = f"{table}.{name}", variable(table, name)
    assert meant(settings) != meant(read(written())) or key.default in {value, True}

    by_environment = read(written(), {spelled: word})
    (tmp_path / ".env").write_text(f"export {spelled}='{word}'\r\n")
    by_dotenv = read(written())
    (tmp_path / ".env").write_text(f"ELSEWHERE={word}\n{spelled}=env:ELSEWHERE\n")
    by_reference = read(written())
    in_file = read(written(table, **{name: "env:ELSEWHERE"}))

    assert meant(by_environment) == meant(settings)
    assert meant(by_dotenv) == meant(settings)
    assert meant(by_reference) == meant(settings)
    assert meant(in_file) == meant(settings)
    assert by_environment.origins[dotted] == f"environment {spelled}"
    assert by_dotenv.origins[dotted] == f".env {spelled}"


@pytest.mark.parametrize(("table", "name", "key"), named(by_variable=False))
def test_what_a_variable_cannot_hold_is_refused_with_the_reason(read, refusal, table, name, key):
    read(written(table, **{name: TABLES_OF.get(name, NOT_BY_VARIABLE[key.shape])}))

    error = refusal(written(), {variable(table, name): "x"})

    assert f"environment {variable(table, name)}: [{table}] {name}" in str(error)
    assert "a variable cannot hold" in str(error)
    assert error.hint == "write it in the file"


@pytest.mark.parametrize(("table", "name", "key"), named(by_variable=True))
def test_a_control_character_is_refused_by_the_name_of_the_variable(refusal, table, name, key):
    error = refusal(written(), {variable(table, name): "a\x1bb"})

    assert f"environment {variable(table, name)}: [{table}] {name}" in str(error)
    assert "\x1b" not in str(error)


def test_every_key_is_shown_with_its_origin(read):
    settings = read(written("status_pages", openai="none", intranet="https://status.muster.de"))
    paced = Cadence(spans={"customers": {Severity.SEV1: timedelta(minutes=5), Severity.SEV2: None}})
    settings = replace(settings, fates={"crm-system": ("crm",)}, cadence=paced)
    adapters = {"mail-backup": registry.defaults(settings.channels["mail-backup"])}

    shown = {key: (value, origin) for key, value, origin in rows(settings, adapters)}

    known = {
        f"{table}.{name}"
        for table, name, key in every_key()
        if (table, name) != ("services.check-out", "de-AT")
    }
    options = {f"channels.mail-backup.{key}" for key in registry.adapter_class("smtp").options}
    assert (known | options | {"services.check-out.de"}) - shown.keys() == set()
    assert shown["status_pages.openai"] == ("none", settings.origins["status_pages.openai"])
    assert shown["cadence.customers"][0] == "{sev1 = 5m, sev2 = none}"
    assert shown["cadence.before"] == ("5m", "default")
    assert shown["channels.mail-backup.tls"] == ("starttls", "default")
    assert shown["channels.mail-backup.adapter"][1].startswith("broadcast.toml:")


#: Options that are no texts: adapter, key, the value in the file, in a variable.
OPTIONS = [
    ("sms-gateway", "plus", False, "no"),
    ("zendesk", "public", True, "1"),
    ("zendesk", "tags", ["one", "two"], "one, two"),
    ("webhook", "allow_private", ["10.0.0.5", "fd00::/8"], "10.0.0.5,fd00::/8"),
    ("twilio-sms", "validity", 600, "600"),
    ("smtp", "port", 465, "465"),
    ("site", "components", ["Kasse", "Lager"], "Kasse, Lager"),
    ("smtp", "from_name", "587", "587"),
]
TABLES = [
    ("statuspage", "components"),
    ("twilio-voice", "voices"),
    *(("sms-gateway", key) for key in ("headers", "send", "find")),
]


def shapes_of(name: str) -> Shapes:
    adapter: Any = registry.adapter_class(name)
    return {**adapter.shapes, **getattr(adapter, "identifiers", {})}


@pytest.mark.parametrize(("adapter", "key", "value", "word"), OPTIONS)
def test_an_option_means_the_same_in_a_variable(read, adapter, key, value, word):
    channel = {"adapter": adapter}
    in_file = read(written("channels.mail-backup", **channel, **{key: value}))
    by_variable = read(
        written("channels.mail-backup", **channel), {variable("channels.mail-backup", key): word}
    )
    given = {key: "env:ELSEWHERE"}
    by_reference = read(written("channels.mail-backup", **channel, **given), {"ELSEWHERE": word})
    known = shapes_of(adapter)

    for settings in (in_file, by_variable, by_reference):
        found = settings.channels["mail-backup"]
        assert shaped(found, known)[key] == value
        assert registry.capabilities_of(found) == registry.capabilities_of(in_file.channels["mail-backup"])


@pytest.mark.parametrize(("adapter", "key"), TABLES)
def test_a_table_of_a_channel_is_refused_by_config_check_with_the_reason(read, adapter, key):
    name = variable("channels.mail-backup", key)
    settings = read(written("channels.mail-backup", adapter=adapter), {name: "x"})

    with pytest.raises(ConfigError) as refusal:
        inspect(settings)

    assert f"environment {name}: [channels.mail-backup]: {key} must be a table" in str(refusal.value)
    assert "a variable cannot hold a table" in f"{refusal.value} {refusal.value.hint}"


@for_every("name", registry.names())
def test_every_option_has_a_shape(name):
    assert registry.adapter_class(name).options - shapes_of(name).keys() == set()


def test_a_reference_inside_a_list_is_refused(refusal):
    for text, environ in (
        (written("fates", crm=["a", "env:B"]), {}),
        (written(), {"BROADCAST_FATES_CRM": "a,env:B"}),
    ):
        assert "has a reference inside a list" in str(refusal(text, environ))


def test_names_with_signs_that_no_variable_has_are_met(read):
    settings = read(written("fates", **{'"@muster.de"': ["a"]}), {"BROADCAST_FATES__MUSTER_DE": "b, c"})

    assert settings.fates == {"@muster.de": ("b", "c")}


@pytest.mark.parametrize("ledger", ["state.db", "sub/state.db", "/var/x.db"])
def test_the_ledger_of_dotenv_is_the_same_from_every_folder(read, tmp_path, ledger):
    from broadcast.config.load import load

    read(written())
    (tmp_path / ".env").write_text(f"BROADCAST_LEDGER={ledger}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    found = {load(tmp_path / "broadcast.toml", {}, folder).ledger for folder in (tmp_path, elsewhere)}

    assert found == {tmp_path / ledger}
    assert (
        load(tmp_path / "broadcast.toml", {"BROADCAST_LEDGER": "a.db"}, elsewhere).ledger
        == elsewhere / "a.db"
    )


def test_a_missing_value_elsewhere_is_named(refusal):
    error = refusal(written(), {"BROADCAST_HOTLINE": "env:HOT"})

    assert str(error).startswith("environment BROADCAST_HOTLINE: [broadcast] hotline")
    assert "HOT is not set" in str(error)
    assert isinstance(error, ConfigError)


DOTENV = """\ufeffexport TOKEN="xoxb-1"\r
PLAIN = two words  # not this
HASH='a#b'\r
EMPTY=
no name: geheim
ALONE
OPEN="geheim
LAST=end
"""


def test_dotenv_is_read_line_by_line_and_lines_that_say_nothing_are_named(tmp_path):
    (tmp_path / ".env").write_bytes(DOTENV.encode())

    found = read_dotenv(tmp_path)

    expected = {"TOKEN": "xoxb-1", "PLAIN": "two words", "HASH": "a#b", "EMPTY": "", "LAST": "end"}
    assert found.values == expected
    assert found.warnings == tuple(
        f"{tmp_path / '.env'}:{line} is not NAME=value, so it is not read" for line in (5, 6, 7)
    )
    assert "geheim" not in repr(found)


def test_what_dotenv_cannot_say_is_warned_about(read, tmp_path):
    (tmp_path / ".env").write_text("BROADCAST_AUTHOR=Ada\nHTTPS_PROXY=http://p:1\n")
    (tmp_path / ".env").chmod(0o600)

    assert read(written()).warnings == (
        ".env BROADCAST_AUTHOR is not read there; set it in the environment",
        ".env HTTPS_PROXY is not read there; set it in the environment",
    )


def test_two_names_of_one_key_that_disagree_are_refused(read, refusal):
    error = refusal(written(), {"BROADCAST_LEDGER": "a.db", "BROADCAST_LEDGER_URL": "sqlite:///b.db"})

    assert str(error) == "environment BROADCAST_LEDGER: has another value than BROADCAST_LEDGER_URL"
    assert read(written(), {"BROADCAST_LEDGER": "a.db", "BROADCAST_LEDGER_URL": "a.db"}).ledger.name == "a.db"


def test_a_variable_that_two_names_share_is_refused(refusal):
    text = written("channels.mail_backup", adapter="smtp")

    error = refusal(text, {"BROADCAST_CHANNELS_MAIL_BACKUP_HOST": "smtp.muster.de"})

    assert (
        str(error) == "environment BROADCAST_CHANNELS_MAIL_BACKUP_HOST: may mean mail-backup or mail_backup"
    )
