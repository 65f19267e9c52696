"""A whole incident, told to providers that know nothing of us but their own official descriptions."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.fake_providers.answers import PAGE, sms_parts
from tests.fake_providers.strict_server import SECRETS, Seen, Strict, has_descriptions, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended

TITLE = "„Käse & Öl“ 🧀: Kasse «hängt»"
MESSAGE = "„Karte“ geht nicht. <b>& Öle</b>"
NOTICES = ("[INC-1/1]", "[INC-1/2]", "[INC-1/3]", "[INC-1/4]", "[INC-2/1]", "[INC-2/2]")
WITH_EMOJI = ("[INC-1/2]", "[INC-2/1]", "[INC-2/2]")
AUDIENCES = """
[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email", "sms"], ["x"], ["mastodon"], ["bluesky"], ["page"]]

[audiences.executives]
contacts = ["executives.csv"]
lanes = [["sms"]]

[audiences.technical]
contacts = ["technical.csv"]
lanes = [["mail"]]
"""
NAMES = ("Jürgen Groß", "Zoë O’Hara", 'Ann "Annie" Lee', "Łukasz Żak", "Müller, Käthe", "José Núñez", "李 雷")
HEADER = "id,name,email,phone,locale\n"
#: Has an account with us and works for us: told once, as a customer.
BOTH = "c0@kunden.example"


def row(*cells: str) -> str:
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells) + "\n"


def customers() -> str:
    people = [
        row(f"c{n}", NAMES[n % 7], f"c{n}@kunden.example", f"+4915112340{n:03}", ("de", "en")[n % 2])
        for n in range(12)
    ]
    only_phones = [row(f"p{n}", NAMES[n], "", f"+4915112341{n:03}", ("de", "en")[n % 2]) for n in range(3)]
    return HEADER + "".join(people + only_phones)


def executives() -> str:
    return HEADER + "".join(
        row(f"e{n}", NAMES[n], "", f"+4915112342{n:03}", ("de", "en")[n % 2]) for n in range(5)
    )


def technicians() -> str:
    own = [row(f"t{n}", NAMES[n % 7], f"t{n}@muster.example", "", ("de", "en")[n % 2]) for n in range(5)]
    return HEADER + "".join([*own, row("t9", NAMES[0], BOTH, "", "de")])


def _ids(headers: Any) -> tuple[str, str, str]:
    return str(headers["Message-ID"]), str(headers["References"]), str(headers["In-Reply-To"])


@dataclass(frozen=True, slots=True)
class Story:
    """What was run and what the providers have of it: INC-1 to its end, then INC-2 taken back."""

    runs: list[Ended]
    providers: Strict

    @property
    def letters(self) -> list[tuple[str, str, str, str]]:
        """Every e-mail of both kinds: recipient, Message-ID, References, In-Reply-To."""
        sent = [(mail["to"][0]["email"], *_ids(mail["headers"])) for mail in self.providers.sendgrid.mails]
        posted = [(one.recipients[0], *_ids(one.message)) for one in self.providers.post.letters]
        return [*sent, *posted]

    def asked(self, provider: str) -> list[Seen]:
        """The requests one provider got, in order."""
        return [seen for seen in self.providers.seen if seen.provider == provider]

    def texts(self, number: str) -> list[str]:
        """The SMS to one number."""
        return [m["body"] for m in self.providers.twilio.messages if m["to"] == number]


def skip_without_descriptions() -> None:
    if not has_descriptions():
        pytest.skip("the official API descriptions are not beside the repository (../shared/specs)")


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    skip_without_descriptions()
    with strict() as providers:
        company = process_company(tmp_path_factory.mktemp("story"), providers, AUDIENCES)
        company.write("customers.csv", customers())
        company.write("executives.csv", executives())
        company.write("technical.csv", technicians())
        yield Story(play(company), providers)


def play(company: ProcessCompany) -> list[Ended]:
    english = ("-v", 'title.en="Käse" 🧀 till hangs', "-v", "message.en=No “cards” – sorry")
    return [
        company.send("notify", TITLE, "-m", MESSAGE, "-s", "sev1", "--service", "Kasse", *english),
        company.send("update", "--phase", "identified", "-m", "Schuld war ein Käfer 🐞."),
        company.send("update", "--phase", "monitoring", "-m", "Läuft wieder, wir schauen hin…"),
        company.send("resolve", "-m", "Es „läuft“ wieder."),
        company.send("notify", "Öfen kalt 🥶", "-m", "Alle Öfen aus."),
        company.send("retract", "INC-2", "-m", "Fehlalarm: Die Öfen sind heiß."),
    ]


def test_every_command_succeeds_and_says_so(story):
    assert [(run.code, run.err.count("error:")) for run in story.runs] == [(0, 0)] * 6, story.runs
    assert [run.result["counts"]["accepted"] for run in story.runs] == [29] * 6


def test_no_request_breaks_a_provider_s_own_description(story):
    assert story.providers.violations == []
    assert story.providers.post.complaints == []


def test_one_notice_reaches_each_person_once(story):
    told = Counter(address for address, *_ in story.letters)
    told += Counter(message["to"] for message in story.providers.twilio.messages)

    assert set(told.values()) == {6}
    assert len(told) == 12 + 3 + 5 + 5
    assert BOTH not in {r for letter in story.providers.post.letters for r in letter.recipients}


def test_everybody_gets_an_e_mail_of_their_own(story):
    own = [message_id for _, message_id, _, _ in story.letters]

    assert {len(mail["to"]) for mail in story.providers.sendgrid.mails} == {1}
    assert {len(letter.recipients) for letter in story.providers.post.letters} == {1}
    assert len(own) == len(set(own)) == 6 * (12 + 5)
    assert all(re.fullmatch(r"<[^<>@\s]+@muster\.example>", one) for one in own)


def test_every_e_mail_of_an_incident_has_one_root_also_the_first(story):
    roots: dict[str, list[str]] = {}
    for address, _, references, parent in story.letters:
        roots.setdefault(address, []).append(references.split()[0])
        assert parent in references.split()

    (mine,) = set(map(tuple, roots.values()))
    one, two = mine[0], mine[-1]
    assert mine == (one, one, one, one, two, two)
    assert re.fullmatch(r"<INC-1\.[0-9a-f]{20}@muster\.example>", one)
    assert re.fullmatch(r"<INC-2\.[0-9a-f]{20}@muster\.example>", two)


def test_an_e_mail_answers_the_one_before_it(story):
    for address in {address for address, *_ in story.letters}:
        mine = [(own, parent) for to, own, _, parent in story.letters if to == address]
        (_, one), *three, (_, two), last = mine
        assert (one.partition(".")[0], two.partition(".")[0]) == ("<INC-1", "<INC-2")
        assert [parent for _, parent in three] == [own for own, _ in mine[:3]]
        assert last[1] == mine[4][0]


def test_posts_on_x_form_a_chain_for_each_incident(story):
    posts = story.providers.x.posts
    ids = [post["id"] for post in posts]

    assert [post["parent"] for post in posts] == [None, *ids[:3], None, ids[4]]


def test_posts_on_mastodon_form_a_chain_for_each_incident_each_under_a_key(story):
    posts = story.providers.mastodon.posts
    ids = [post["id"] for post in posts]

    assert [post["in_reply_to_id"] for post in posts] == [None, *ids[:3], None, ids[4]]
    assert len(set(story.providers.mastodon.keys)) == 6
    assert {(post["language"], post["visibility"]) for post in posts} == {("de", "public")}


def test_posts_on_bluesky_form_a_chain_for_each_incident_with_one_login_a_run(story):
    records = list(story.providers.bluesky.records.values())
    chain = [
        post.get("reply") and (post["reply"]["root"]["uri"], post["reply"]["parent"]["uri"])
        for post in story.providers.bluesky.posts
    ]
    uris = [record["uri"] for record in records]
    logins = [seen for seen in story.asked("bluesky") if seen.path.endswith("createSession")]

    assert chain == [None, *((uris[0], uri) for uri in uris[:3]), None, (uris[4], uris[4])]
    assert all(post["facets"] for post in story.providers.bluesky.posts)
    assert len(logins) == 6


def test_the_networks_have_one_text_that_fits_them_all(story):
    texts = [post["text"] for post in story.providers.bluesky.posts]

    assert texts == [post["text"] for post in story.providers.x.posts]
    assert texts == [post["text"] for post in story.providers.mastodon.posts]


def test_the_status_page_has_one_incident_with_its_updates(story):
    taken_back, outage = story.providers.statuspage.incidents
    writes = [(seen.method, seen.path.split("incidents")[1]) for seen in story.asked("statuspage")]

    assert [update["status"] for update in reversed(outage["incident_updates"])] == [
        "investigating",
        "identified",
        "monitoring",
        "resolved",
    ]
    assert [update["status"] for update in reversed(taken_back["incident_updates"])] == [
        "investigating",
        "resolved",
    ]
    assert writes == [
        ("POST", ""),
        *[("PATCH", f"/{outage['id']}")] * 3,
        ("POST", ""),
        ("PATCH", f"/{taken_back['id']}"),
    ]


def test_each_write_to_the_status_page_carries_our_key(story):
    writes = [seen.document["incident"]["metadata"]["broadcast"] for seen in story.asked("statuspage")]

    assert [write["incident"] for write in writes] == ["INC-1"] * 4 + ["INC-2"] * 2
    assert len({write["key"] for write in writes}) == 6


def test_every_sms_carries_its_mark(story):
    texts = [message["body"] for message in story.providers.twilio.messages]
    marks = Counter(mark for text in texts for mark in re.findall(r"\[INC-\d+/\d+\]", text))

    assert marks == dict.fromkeys(NOTICES, 3 + 5)


def test_an_sms_is_one_part_unless_an_emoji_was_wanted_in_it(story):
    plain: dict[str, set[int]] = {notice: set() for notice in NOTICES}
    costly: dict[str, set[int]] = {notice: set() for notice in NOTICES}
    for message in story.providers.twilio.messages:
        body = message["body"]
        parts = costly if re.search("[🐞🥶🧀]", body) else plain
        parts["[" + body.rpartition("[")[2]].add(sms_parts(body))

    assert set().union(*plain.values()) == {1}, plain
    assert {notice for notice, parts in costly.items() if parts} == set(WITH_EMOJI)
    assert all(costly[notice] <= {2, 3} for notice in WITH_EMOJI), costly


def test_the_parts_of_the_preview_are_the_parts_that_are_billed(story):
    billed: Counter[str] = Counter()
    for message in story.providers.twilio.messages:
        billed["[" + message["body"].rpartition("[")[2]] += int(message["num_segments"])

    assert [billed[notice] for notice in NOTICES] == [
        int(re.findall(r"^sms: (\d+) parts", run.err, re.MULTILINE)[0]) for run in story.runs
    ]


def test_people_are_told_in_their_language(story):
    german, english = story.texts("+4915112341000")[0], story.texts("+4915112341001")[0]
    leaders = [story.texts(f"+491511234200{n}")[0] for n in range(2)]
    mails = story.providers.sendgrid.mails[:12]
    letters = {mail["to"][0]["email"]: mail["content"][0]["value"] for mail in mails}

    assert "geht nicht" in german
    assert "- sorry" in english
    assert ["Gestört: Kasse." in leaders[0], "Down: Kasse." in leaders[1]] == [True, True], leaders
    assert "geht nicht" in letters["c0@kunden.example"]
    assert "– sorry" in letters["c1@kunden.example"]


def test_typographic_marks_become_plain_in_an_sms_and_umlauts_stay(story):
    assert '"Karte" geht nicht. <b>& Öle</b>' in story.texts("+4915112341000")[0]
    assert 'No "cards" - sorry' in story.texts("+4915112341001")[0]


def test_a_text_arrives_as_it_was_written(story):
    mail = next(one for one in story.providers.sendgrid.mails if one["to"][0]["email"] == BOTH)
    plain, html = (part["value"] for part in mail["content"])
    page = story.providers.statuspage.incidents[1]["incident_updates"][-1]["body"]

    assert MESSAGE in plain
    assert MESSAGE in page
    assert MESSAGE in story.providers.x.posts[0]["text"]
    assert "&lt;b&gt;&amp; Öle&lt;/b&gt;" in html
    assert "<b>&" not in html


def test_technicians_read_umlauts_and_emoji_in_their_mail_programs(story):
    letters = [one for one in story.providers.post.letters if one.recipients == ("t0@muster.example",)]

    assert MESSAGE in letters[0].text
    assert "🐞" in letters[1].text
    assert "Öfen kalt 🥶" in str(letters[4].message["Subject"])
    assert letters[0].message["Auto-Submitted"] == "auto-generated"


def test_no_text_is_posted_twice_on_x(story):
    texts = [post["text"] for post in story.providers.x.posts]

    assert all(first != second for first, second in pairwise(texts))
    assert len(set(texts)) == 6


def ask(url: str, body: bytes, media_type: str, authorization: str) -> int:
    headers = {"Content-Type": media_type, "Authorization": authorization}
    try:
        with urlopen(Request(url, body, headers, method="POST"), timeout=10) as answer:
            return answer.status
    except HTTPError as error:
        error.close()
        return error.code


def test_the_fake_providers_refuse_and_record_wrong_requests():
    skip_without_descriptions()
    credentials = f"{SECRETS['TWILIO_ACCOUNT_SID']}:{SECRETS['TWILIO_AUTH_TOKEN']}"
    form, login = "application/x-www-form-urlencoded", f"Basic {b64encode(credentials.encode()).decode()}"
    bearer, key = f"Bearer {SECRETS['SENDGRID_API_KEY']}", f"OAuth {SECRETS['STATUSPAGE_API_KEY']}"
    messages = f"/2010-04-01/Accounts/{SECRETS['TWILIO_ACCOUNT_SID']}/Messages.json"
    wrong: list[tuple[str, str, bytes, str, str]] = [
        ("twilio", messages, b"To=%2B4915112340000&From=%2B4930231250", form, login),
        ("twilio", messages, b"To=0151&From=%2B4930231250&Body=x", form, login),
        ("twilio", messages, b"To=%2B4915112340000&From=%2B4930231250&Body=x", form, login + "x"),
        ("sendgrid", "/v3/mail/send", b'{"personalizations": []}', "application/json", bearer),
        ("statuspage", f"/pages/{PAGE}/incidents", b'{"incident": {"name": 1}}', "application/json", key),
        ("x", "/2/tweets", b'{"text": "x"}', "application/json", 'OAuth oauth_signature="none"'),
    ]

    with strict() as providers:
        right = (*wrong[0][:2], wrong[0][2] + b"&Body=x", *wrong[0][3:])
        codes = [
            ask(providers.addresses[name] + path, body, media_type, authorization)
            for name, path, body, media_type, authorization in [right, *wrong]
        ]

    assert codes == [201, 400, 400, 400, 400, 422, 400]
    assert len(providers.violations) == len(wrong)
    assert len(providers.twilio.messages) == 1
