"""`[hotline] crm`: what is refused, with its file, line and key, and what is read."""

from __future__ import annotations

import pytest

from broadcast.errors import ConfigError
from broadcast.monitoring.config_check import inspect
from tests.config.test_hotline import CHANNELS, LEAST

DESK = '[channels.desk]\nadapter = "zendesk"\n'


def crm(read, written: str):
    return read(f"{CHANNELS}{DESK}[hotline]\n{LEAST}crm = {written}\n").calls.crm


def test_a_list_a_service_or_a_desk_can_be_asked(read, tmp_path):
    assert crm(read, '{ contacts = "customers" }').contacts == (tmp_path / "customers.csv",)
    assert crm(read, '{ channel = "desk", timeout = "500ms" }').timeout == 0.5
    database = crm(read, '{ sql = "SELECT name FROM c WHERE p = :phone", database = "crm.db" }')
    assert (database.database, database.sql[:6]) == (tmp_path / "crm.db", "SELECT")
    service = crm(
        read,
        '{ url = "https://crm.muster.example/{phone}", headers = { Authorization = "env:CRM", X = "de" }, '
        'fields = { locale = "person.lang" }, states = { sent = "shipped" } }',
    )
    assert service.headers["Authorization"].spelled == "env:CRM"
    assert (service.fields, service.states) == ({"locale": "person.lang"}, {"sent": "shipped"})
    assert service.timeout == 1.0


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('{ timeout = "1s" }', "names no source"),
        ('{ contacts = "customers", channel = "desk" }', "contacts and channel exclude each other"),
        ('{ contacts = "custmers" }', 'contacts: there is no audience "custmers"'),
        ("{ contacts = 3 }", "contacts: 3 is not a text"),
        ('{ channel = "desk", fields = { name = "x" } }', "fields is not known here"),
        ('{ sql = "DELETE FROM c WHERE p = :phone", database = "crm.db" }', "sql: is no query"),
        ('{ sql = "SELECT name FROM c", database = "crm.db" }', "sql: no :phone says whose number"),
        ('{ sql = "SELECT name FROM c WHERE p = :phone" }', "database: is missing"),
        ('{ channel = "desc" }', 'channel: there is no channel "desc"'),
        ('{ channel = "desk", timeout = "3s" }', "timeout: 3 s is longer than a caller may wait"),
        ('{ url = "https://crm.muster.example/" }', "no {phone} says whose number"),
        ('{ url = "http://crm.muster.example/{phone}" }', "url: is not https"),
        ('{ url = "ftp://crm.muster.example/{phone}" }', "url: is not an http or https address"),
        ('{ url = "https://a:b@crm.muster.example/{phone}" }', "url: holds credentials"),
        ('{ url = "https://crm.muster.example/{number}" }', "{number} is no place"),
        (
            '{ url = "https://c.example/{phone}", headers = { X-Api-Key = "abc" } }',
            "headers.X-Api-Key: may be a secret",
        ),
        (
            '{ url = "https://c.example/{phone}", headers = { X = "{phone}" } }',
            "headers.X: is not a text without",
        ),
        ('{ url = "https://c.example/{phone}", fields = { nmae = "x" } }', "fields.nmae is not known"),
        ('{ url = "https://c.example/{phone}", fields = { name = 1 } }', "fields.name: 1 is not a text"),
        (
            '{ url = "https://c.example/{phone}", states = { s = "sent" } }',
            'states.s: "sent" is no state of an order',
        ),
        ('{ url = "https://c.example/{phone}", body = "x" }', 'body: "x" is not a table'),
        ('"customers"', '"customers" is not a table'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(refusal, written, what):
    refused = refusal(f"{CHANNELS}{DESK}[hotline]\n{LEAST}crm = {written}\n")

    error = str(refused)
    assert f"[hotline] crm: {what}" in error
    assert refused.hint
    assert "broadcast.toml:2" in error  # the line of the key


def test_a_channel_that_knows_nobody_is_refused_by_the_check(read):
    settings = read(f'{CHANNELS}{DESK}[hotline]\n{LEAST}crm = {{ channel = "sms" }}\n')

    with pytest.raises(ConfigError, match="channel sms cannot look up who calls"):
        inspect(settings)
