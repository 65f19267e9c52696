"""An incident in the rooms of colleagues, told to a Slack and a Teams that know only their descriptions."""

from __future__ import annotations

import pytest

from tests.fake_providers.chat import CHANNEL, words
from tests.fake_providers.strict_server import Strict, has_descriptions, strict
from tests.harness.process_company import ProcessCompany, process_company

MESSAGE = "<!channel> *Kasse* & <https://evil.example|Status> {{TIME(2026-05-04T09:12:00Z)}}"
ROOMS = """
[channels.room]
adapter = "slack"
token = "env:SLACK_TOKEN"
channel = "{channel}"
base_url = "{slack}"
settle = "300ms"
timeout = "5s"
rate = 100

[channels.cards]
adapter = "teams"
webhook_url = "env:TEAMS_WEBHOOK_URL"
base_url = "{teams_workflow}"
timeout = "5s"

[audiences.technical]
lanes = [["room"], ["cards"]]
"""


@pytest.fixture
def providers():
    if not has_descriptions():
        pytest.skip("the official API descriptions are not beside the repository (../shared/specs)")
    with strict() as providers:
        yield providers


def make_company(folder, providers: Strict, channel: str = CHANNEL) -> ProcessCompany:
    return process_company(folder, providers, ROOMS.format(channel=channel, **providers.addresses))


def test_slack_has_one_thread_whose_first_message_shows_how_it_stands_and_teams_a_card_each(
    tmp_path, providers
):
    company = make_company(tmp_path, providers)

    runs = [
        company.send("notify", "Kasse hängt", "-m", MESSAGE, "-s", "sev2"),
        company.send("update", "--phase", "identified", "-m", "Ursache gefunden."),
        company.send("update", "-s", "sev1", "-m", "Es wird schlimmer."),
        company.send("resolve", "-m", "Es läuft wieder."),
    ]

    assert [run.code for run in runs] == [0] * 4, [run.said for run in runs]
    assert providers.violations == []
    first, *replies = providers.slack.posts
    assert {reply["thread_ts"] for reply in replies} == {first["ts"]}
    assert [reply["shown"] for reply in replies] == [False, True, True]
    assert "Es läuft wieder." in first["text"]
    assert len({post["metadata"]["event_payload"]["key"] for post in providers.slack.posts}) == 4
    cards = [words(card) for card in providers.teams_workflow.cards]
    assert [f"[INC-1/{number}]" in card for number, card in enumerate(cards, 1)] == [True] * 4
    assert MESSAGE in cards[0].replace("\u2060", "")


def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(tmp_path, providers):
    company = make_company(tmp_path, providers)
    providers.fall_silent(slack=0)
    process = company.start("notify", "Kasse hängt", "-m", "Weg.", "--yes", "-o", "json", "--channel", "room")
    providers.wait_until_unanswered(slack=1)
    process.kill()
    process.communicate()
    providers.speak()

    retried = company.run("retry", "-o", "json")

    assert retried.code == 0, retried.said
    assert len(providers.slack.posts) == 1
    assert providers.violations == []
    assert retried.result["counts"]["accepted"] == 1


def test_a_channel_that_was_deleted_is_told_and_the_others_are_reached(tmp_path, providers):
    company = make_company(tmp_path, providers, channel="C0DELETED1")

    run = company.send("notify", "Kasse hängt", "-m", "Weg.")

    assert run.code == 4, run.said
    assert "there is no such channel" in run.out
    assert len(providers.teams_workflow.cards) == 1
    assert providers.slack.posts == []


def test_a_revoked_token_is_reported_and_its_messages_are_held(tmp_path, providers):
    company = make_company(tmp_path, providers)
    providers.slack.revoked = True

    run = company.send("notify", "Kasse hängt", "-m", "Weg.")

    assert run.code == 4, run.said
    assert "the token was revoked (token_revoked)" in run.out
    assert [one["state"] for one in run.result["channels"] if one["name"] == "room"] == ["held"]
    assert len(providers.teams_workflow.cards) == 1


def test_a_webhook_address_in_the_file_is_refused(tmp_path, providers):
    company = make_company(tmp_path, providers)
    company.edit(
        'webhook_url = "env:TEAMS_WEBHOOK_URL"', 'webhook_url = "https://prod-1.logic.azure.com/w?sig=x"'
    )

    run = company.send("notify", "Kasse hängt", "-m", "Weg.")

    assert run.code == 6
    assert 'webhook_url = "env:TEAMS_WEBHOOK_URL"' in run.err
    assert "sig=x" not in run.said
