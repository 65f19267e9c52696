"""A whole incident for the staff: a ticket in Zendesk, and mail through Microsoft Graph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from tests.fake_providers.strict_server import Strict, has_descriptions, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended

TITLE = "„Käse & Öl“ 🧀: Kasse «hängt»"
MESSAGE = "Karte geht nicht. {{ticket.id}} <b>& Öle</b> **jetzt**"
CHANNELS = """
[channels.desk]
adapter = "zendesk"
subdomain = "muster"
email = "agent@muster.example"
token = "env:ZENDESK_TOKEN"
base_url = "{zendesk}"
timeout = "{timeout}"
settle = "500ms"

[channels.outlook]
adapter = "outlook"
tenant = "muster.example"
client_id = "6d1c1f0e"
client_secret = "env:OUTLOOK_CLIENT_SECRET"
from = "stoerung@muster.example"
base_url = "{msgraph}"
timeout = "{timeout}"
token_url = "{token}"
rate = 1000
settle = "500ms"

[audiences.agents]
contacts = ["agents.csv"]
lanes = [["desk"], ["outlook"]]
"""
PEOPLE = "id,name,email,locale\n" + "".join(
    f'a{n},"Ada {n}",a{n}@muster.example,{locale}\n' for n, locale in enumerate(("de", "en", "de"))
)
REFERENCES, IN_REPLY_TO = "String 0x1039", "String 0x1042"


@pytest.fixture
def providers():
    if not has_descriptions():
        pytest.skip("the official API descriptions are not beside the repository (../shared/specs)")
    with strict() as providers:
        yield providers


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as the mailbox has it."""

    document: dict[str, Any]

    @property
    def to(self) -> str:
        """The one recipient."""
        [one] = self.document["toRecipients"]
        return str(one["emailAddress"]["address"])

    def has(self, name: str) -> str:
        """An extended property."""
        return next(p["value"] for p in self.document["singleValueExtendedProperties"] if p["id"] == name)


def make_company(folder, providers: Strict, timeout: str = "20s") -> ProcessCompany:
    urls = providers.addresses
    token = urls["msgraph"].removesuffix("/v1.0") + "/token"
    company = process_company(folder, providers, CHANNELS.format(**urls, token=token, timeout=timeout))
    company.write("agents.csv", PEOPLE)
    return company


def play(company: ProcessCompany) -> list[Ended]:
    return [
        company.send("notify", TITLE, "-m", MESSAGE, "-s", "sev1"),
        company.send("update", "--phase", "identified", "-m", "Gefunden."),
        company.send("resolve", "-m", "Läuft."),
    ]


def test_the_staff_are_told_by_ticket_and_by_mail_without_a_violation(tmp_path, providers):
    runs = play(make_company(tmp_path, providers))

    assert [run.code for run in runs] == [0, 0, 0], [run.said for run in runs]
    assert providers.violations == []

    [ticket] = providers.zendesk.tickets
    comments = providers.zendesk.comments[ticket["id"]]
    assert (ticket["status"], ticket["type"], ticket["priority"]) == ("solved", "problem", "urgent")
    assert ticket["external_id"].startswith("INC-1:")
    assert [comment["public"] for comment in comments] == [False] * 3
    assert "{{" not in comments[0]["html_body"]
    assert MESSAGE in unescape(comments[0]["html_body"])
    assert "Bitte nicht sagen:" in comments[0]["html_body"]

    mails = [Mail(document) for document in providers.msgraph.sent]
    assert len(mails) == len(providers.msgraph.messages) == 9
    for person in {mail.to for mail in mails}:
        mine = [mail for mail in mails if mail.to == person]
        root = mine[0].has(IN_REPLY_TO)
        assert re.fullmatch(r"<INC-1\.[0-9a-f]{20}@muster\.example>", root)
        ids = [root, *(mail.document["internetMessageId"] for mail in mine)]
        assert [mail.has(IN_REPLY_TO) for mail in mine] == ids[:3]
        assert {mail.has(REFERENCES).split()[0] for mail in mine} == {root}
    assert len({mail.document["internetMessageId"] for mail in mails}) == 9


def test_messages_lost_at_both_providers_are_looked_up_and_delivered_once(tmp_path, providers):
    company = make_company(tmp_path, providers, timeout="1s")
    assert company.send("notify", TITLE, "-m", MESSAGE).code == 0
    providers.fall_silent(zendesk=0, msgraph=3)

    lost = company.send("update", "-m", "Noch nicht.", "--deadline", "4s")
    providers.speak()
    settled = company.run("retry", "INC-1", "-o", "json")

    assert lost.code in {5, 11}, lost.said
    assert settled.code == 0, settled.said
    assert providers.violations == []
    [ticket] = providers.zendesk.tickets
    assert len(providers.zendesk.comments[ticket["id"]]) == 2
    told = sorted(Mail(document).to for document in providers.msgraph.sent)
    assert told == sorted(f"a{n}@muster.example" for n in range(3) for _ in range(2))
