"""Any name and any subject: one mailbox, the same text, in the eyes of more than one parser."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadcast.channels.email.graph_message import draft
from broadcast.channels.email.headers import Identity, Sender
from broadcast.channels.email.mime import content
from broadcast.channels.email.personalizations import request_body
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.testing.samples import outgoing

LONG = 'Überregionaler Händlerverbund, Nord [Süd] „West“ und Töchter GmbH & Co. KG; Außenstelle \\ "Ost" '
ONE_LINE = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]) | st.sampled_from(' ,;<>@"\\[]()')
)
NAMES = st.one_of(
    ONE_LINE,
    st.lists(st.sampled_from(["Müller,", "[Ost]", "=?utf-8?q?x?=", "😀", "a@b.example", '"', "Nord"])).map(
        " ".join
    ),
)


def message(name: str, subject: str, sender: Sender) -> bytes:
    sample = outgoing("erika@muster.example")
    one = replace(sample, name=name, message=replace(sample.message, subject=subject))
    return content(one, Identity.of(one, sender.domain), sender)


def headers(data: bytes) -> list[bytes]:
    return data.partition(b"\r\n\r\n")[0].split(b"\r\n")


def legacy(data: bytes, header: str) -> list[tuple[str, str]]:
    """Name and address as Python's older parser reads them, which decodes words only afterwards."""
    raw = message_from_bytes(data)[header].replace("\r\n", "")
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([raw])]


@given(NAMES, NAMES)
@settings(max_examples=150, deadline=None)
@example(LONG, LONG + "x" * 150)
@example("a" * 150, "Muster, Handel " * 10)
@example("=?utf-8?q?=2C?=", "Straße " * 30)
def test_a_name_of_any_length_and_characters_stays_one_mailbox(name, organisation):
    sender = Sender.from_settings(mail(from_name=organisation))
    data = message(name, "Störung", sender)

    assert all(len(line) <= 78 for line in headers(data) if b"=?" in line)
    assert all(len(word) <= 75 for line in headers(data) for word in line.split() if word.startswith(b"=?"))
    modern = message_from_bytes(data, policy=policy.SMTP)
    for header, given_name, address in (
        ("To", name, "erika@muster.example"),
        ("From", organisation, "stoerung@muster.example"),
    ):
        spelled = " ".join(given_name.split())[:256].rstrip()
        assert legacy(data, header) == [(spelled, address)]
        assert [each.addr_spec for each in modern[header].addresses] == [address]
        # Python before 3.13 leaves a space between two encoded-words of a name.
        assert modern[header].addresses[0].display_name.replace(" ", "") == spelled.replace(" ", "")


@given(NAMES)
@settings(max_examples=150, deadline=None)
@example("[EXERCISE] The checkout is down and nobody in the shops can pay by card or by phone " * 4)
@example("x" * 400)
def test_a_subject_of_any_length_and_characters_is_read_as_it_was_written(subject):
    subject = " ".join(["Störung:", *subject.split()])
    data = message("", subject, Sender.from_settings(mail()))

    assert all(len(line) <= 78 for line in headers(data) if not line.startswith((b"References", b"List")))
    assert message_from_bytes(data, policy=policy.SMTP)["Subject"] == subject
    assert str(make_header(decode_header(message_from_bytes(data)["Subject"].replace("\r\n", "")))) == subject


def test_a_domain_with_letters_beyond_ascii_is_nobody_elses_in_any_header():
    sender = Sender.from_settings(
        mail(
            reply_to="antwort@weiß.example",
            unsubscribe_url="https://www.weiß.example:8443/u?t={token}",
            unsubscribe_mailto="ab@weiß.example",
            **{"from": "hilfe@weiß.example"},
        )
    )
    one = replace(outgoing("anna@straße.example"), unsubscribe="t0ken", name="")
    read = message_from_bytes(content(one, Identity.of(one, sender.domain), sender))
    sent = json.dumps(request_body([one], [Identity.of(one, sender.domain)], sender))
    drafted = json.dumps(draft(one, Identity.of(one, sender.domain), sender))

    assert [read["From"], read["Reply-To"], read["To"]] == [
        "hilfe@xn--wei-7ka.example",
        "antwort@xn--wei-7ka.example",
        "anna@xn--strae-oqa.example",
    ]
    assert read["Message-ID"].endswith("@xn--wei-7ka.example>")
    assert read["List-Unsubscribe"] == (
        "<https://www.xn--wei-7ka.example:8443/u?t=t0ken>, "
        "<mailto:ab@xn--wei-7ka.example?subject=unsubscribe%20t0ken>"
    )
    for body in (sent, drafted, read.as_string()):
        assert "weiss" not in body
        assert "wei\\u00df" not in body


@given(NAMES)
@settings(max_examples=50, deadline=None)
@example(LONG * 3)
def test_in_json_a_name_is_on_one_line_and_of_bearable_length(name):
    one = replace(outgoing("erika@muster.example"), name=name)
    sender = Sender.from_settings(mail(from_name=name))
    body = json.loads(json.dumps(request_body([one], [Identity.of(one, sender.domain)], sender)))
    drafted = json.loads(json.dumps(draft(one, Identity.of(one, sender.domain), sender)))
    spelled = " ".join(name.split())[:256].rstrip()

    names = [body["from"].get("name", ""), body["personalizations"][0]["to"][0].get("name", "")]
    receiver = drafted["toRecipients"][0]["emailAddress"]
    assert [*names, receiver.get("name", "")] == [spelled] * 3


def test_a_sender_with_a_domain_that_cannot_exist_is_refused_where_it_is_configured():
    with pytest.raises(ConfigError, match=r"\[channels.mail\]: from is not an e-mail address"):
        Sender.from_settings(mail(**{"from": "hilfe@😀..example"}))


def mail(**options: object) -> ChannelSettings:
    given = {"from": "stoerung@muster.example", **options}
    return ChannelSettings(
        name="mail", adapter="smtp", origin="broadcast.toml, [channels.mail]", options=given
    )
