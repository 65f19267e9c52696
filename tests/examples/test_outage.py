"""The show-piece: Slack and Outlook are down, and everybody is told all the same, once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.examples.conftest import EXAMPLES, notice_of, received

pytestmark = pytest.mark.slow  # each test starts several real commands

PEOPLE = 1108
COLLEAGUE = "nachtschicht@muster.example"
PERSONAL = ("twilio", "sendgrid", "smtp")


@pytest.fixture(scope="module")
def played(shell, folder):
    return shell(EXAMPLES / "outage/slack-and-outlook-down/run.sh", folder)


@pytest.fixture(scope="module")
def messages(played, folder):
    assert played.returncode == 0, played.stdout + played.stderr
    return received(folder)


def of(messages, *providers):
    return [message for message in messages if message["provider"] in providers]


def test_the_script_ends_well_and_tells_a_story(played):
    assert played.returncode == 0, played.stderr
    assert "whoever cannot get mail gets an SMS" in played.stdout
    assert "nothing was sent again" in played.stdout


def test_everybody_is_told_every_notice_once(messages):
    told = Counter((notice_of(message), message["to"]) for message in of(messages, *PERSONAL))

    assert max(told.values()) == 1
    people = {notice: {to for told_of, to in told if told_of == notice} for notice in (1, 2, 3)}
    assert len(people[1]) == PEOPLE
    assert people[2] == people[3] == people[1] | {COLLEAGUE}


def test_while_mail_fails_everybody_is_reached_by_sms(messages):
    first = [message for message in of(messages, *PERSONAL) if notice_of(message) == 1]

    assert {message["provider"] for message in first} == {"twilio"}


def test_each_reads_their_own_language(messages):
    first = [message["text"] for message in of(messages, "twilio") if notice_of(message) == 1]

    assert sum("Orders and deliveries go on." in text for text in first) == 540
    assert not [
        text for text in first if not any(said in text.lower() for said in ("gestört", "down", "weiter mit"))
    ]


def test_posts_on_x_hang_on_each_other(messages):
    posts = of(messages, "x")

    assert [post["thread"] for post in posts] == [None, posts[0]["ref"], posts[1]["ref"]]


def test_the_status_page_shows_one_incident_with_three_updates(messages):
    updates = of(messages, "statuspage")

    assert [update["extra"]["status"] for update in updates] == ["investigating", "identified", "resolved"]
    assert len({update["thread"] for update in updates}) == 1


def test_mail_hangs_on_the_incident_for_one_who_came_late(messages):
    mails = of(messages, "smtp")

    assert [mail["to"] for mail in mails] == [COLLEAGUE, COLLEAGUE]
    for mail in mails:
        assert mail["extra"]["headers"]["References"].startswith("<INC-1.")
    assert len({mail["extra"]["headers"]["References"].split()[0] for mail in mails}) == 1
    assert mails[1]["thread"] == mails[0]["extra"]["headers"]["Message-ID"]


def test_the_page_of_our_own_shows_that_it_is_over(messages, folder):
    page = (folder / ".sandbox/site/index.html").read_text(encoding="utf-8")

    assert "Chat und E-Mail" in page


def test_the_report_tells_what_failed_and_who_stepped_in(messages, folder):
    report = (folder / "report.md").read_text(encoding="utf-8")

    assert "1.108" in report or "1,108" in report
    assert "mail-backup" in report
    assert "sms" in report
    assert "421" in report
    assert "INC-1/3" in report
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
