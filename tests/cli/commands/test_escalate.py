"""`escalate`: what it asks, shows and ends with; and what status, log and confirm know of it."""

from __future__ import annotations

import re

import pytest

from tests.harness.program_company import CustomerCompany, ProgramCompany

POLICY = """
[escalation.duty]
steps = [{ to = ["audience:customers"], channels = ["sms"], wait = "5m" }]
"""


@pytest.fixture
def company(mail_company) -> ProgramCompany:
    CustomerCompany(mail_company).audiences(customers='lanes = [["email"]]')
    with (mail_company.folder / "broadcast.toml").open("a", encoding="utf-8") as file:
        file.write(POLICY)
    mail_company.notify("Chat down")
    return mail_company


def test_it_asks_at_once_and_shows_what_comes_next(company):
    done = company.run("escalate", "INC-1", "--yes", "-o", "json")

    assert done.code == 0, done.err
    assert (done.result["schema"], done.result["ref"], done.result["state"]) == (
        "broadcast.escalation/1",
        "INC-1/E1",
        "running",
    )
    assert {page["state"] for page in done.result["pages"]} == {"accepted"}
    assert done.result["next_at"]


def test_a_confirmation_by_hand_ends_it(company):
    company.run("escalate", "INC-1", "--yes")

    confirmed = company.run("confirm", "INC-1", "--by", "kd4711-0")

    assert "INC-1/E1 confirmed by Annika" in confirmed.out, confirmed.err
    listed = company.run("escalate", "list", "INC-1", "-o", "json").result["items"]
    assert [one["state"] for one in listed] == ["confirmed"]
    assert [one["answer"] for one in listed[0]["answers"]] == ["confirm"]
    assert company.run("tick").out == "nothing is due\n"


def test_without_an_answer_in_time_the_exit_code_is_11(company):
    assert company.run("escalate", "INC-1", "--yes", "--within", "1s").code == 11


def test_status_and_log_name_it(company):
    company.run("escalate", "INC-1", "--yes")

    assert "INC-1/E1 duty: running, round 1, step 1 of 1" in company.run("status").out
    assert re.search(r"escalation .*duty started by", company.run("log", "INC-1").out)


def test_a_second_one_by_the_same_policy_is_refused(company):
    company.run("escalate", "INC-1", "--yes")

    assert company.run("escalate", "INC-1", "--yes").code == 8


def test_without_a_terminal_and_without_yes_nobody_is_asked(company):
    assert company.run("escalate", "INC-1").code == 8
    assert company.run("escalate", "list").out == "no escalation is running\n"


def test_a_poll_counts_answers_per_option(company):
    done = company.run(
        "escalate", "INC-1", "--yes", "--question", "Switch over?", "--options", "yes,no", "-o", "json"
    )

    assert done.result["counts"] == {"yes": 0, "no": 0}, done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("escalate", "INC-9", "--yes"), 2, "there is no incident INC-9"),
        (("escalate", "INC-1", "--policy", "dutty", "--yes"), 2, "did you mean duty?"),
        (("escalate", "plan", "dutty"), 2, "did you mean duty?"),
        (("escalate", "INC-1", "--yes", "--question", "Switch over?"), 2, "--options is missing"),
    ],
)
def test_a_mistake_is_named(company, arguments, code, words):
    done = company.run(*arguments)

    assert (done.code, words in done.err) == (code, True), done.err


def test_no_one_to_reach_ends_with_3(company):
    company.write_contacts("customers", [{"id": "1", "name": "Anna", "email": "anna@kunde.example"}])

    done = company.run("escalate", "INC-1", "--yes")

    assert (done.code, "no phone for sms" in done.err) == (3, True), done.err


def test_the_plan_names_who_is_asked_when(company):
    done = company.run("escalate", "plan", "duty", "--at", "2026-12-24T08:00", "-o", "json")

    (round_,) = done.result["rounds"]
    assert (round_["channel"], round_["step"]) == ("sms", 1)
    assert [one["name"] for one in round_["people"]] == ["Annika", "Bert", "Carl"]
    assert "Annika, Bert, Carl" in company.run("escalate", "plan", "duty").out


def test_the_card_has_whole_addresses_and_warns_where_all_depends_on_one_thing(company):
    card = company.run("escalate", "card", "duty").out

    assert "+491511234507" in card
    assert "no two ways are independent of each other: all depend on" in card


def test_the_card_is_a_page_to_print_in_the_language_that_is_asked_for(company):
    page = company.folder / "card.html"
    shown = company.run("escalate", "card", "duty", "-o", "html", "--lang", "en")
    written = company.run("escalate", "card", "duty", "--out", str(page))

    assert (shown.code, written.code) == (0, 0), written.err
    assert shown.out.startswith('<!doctype html>\n<html lang="en">')
    assert "+491511234507" in shown.out
    assert '<html lang="de">' in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert company.run("escalate", "card", "duty", "--out", str(page)).code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "card.pdf"), "does not end in .html"),
        (("--lang", "de"), "goes with a page only"),
        (("--lang", "fr", "-o", "html"), "de and en"),
    ],
)
def test_a_card_that_cannot_be_written_says_how(company, options, said):
    done = company.run("escalate", "card", "duty", *options)

    assert (done.code, said in done.err) == (2, True), done.err


def test_what_is_not_confirmed_in_time_is_escalated_by_the_command_itself(company):
    company.notify("Kasse gestört")
    done = company.run(
        "update", "INC-2", "-m", "Noch da.", "--yes", "-a", "customers",
        *("--until", "confirmed", "--within", "1s", "--policy", "duty", "-o", "json"),
    )  # fmt: skip

    assert (done.code, done.result["reached"], done.result["escalation"]) == (11, False, "INC-2/E1"), done.err
    (begun,) = company.run("escalate", "list", "INC-2", "-o", "json").result["items"]
    assert (begun["state"], {page["state"] for page in begun["pages"]}) == ("running", {"accepted"})
    assert company.run("tick").out == "nothing is due\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "duty"), "add --until confirmed"),
        (("--until", "confirmed", "--policy", "dutty"), "did you mean duty"),
    ],
)
def test_a_policy_that_cannot_begin_is_refused_before_anything_is_sent(company, options, said):
    done = company.run("notify", "Kasse gestört", "--yes", "-a", "customers", *options)

    assert done.code == 2
    assert said in done.err
    assert "INC-2" not in company.run("status").out


def test_status_log_and_report_have_the_same_escalation_for_programs(company):
    company.run("escalate", "INC-1", "--yes")
    company.run("confirm", "INC-1", "--by", "kd4711-0", "--note", "on the way")

    documents = [
        company.run("status", "INC-1", "-o", "json").result["incidents"][0],
        company.run("log", "INC-1", "-o", "json").result,
        company.run("report", "INC-1", "-o", "json").result,
    ]

    for document in documents:
        (one,) = document["escalations"]
        assert (one["ref"], one["state"], one["step"], one["steps"]) == ("INC-1/E1", "confirmed", 1, 1)
        assert one["started_at"] == one["since"]
        assert one["next_at"] is None
        assert one["waiting_for"] == []
        assert [(each["name"], each["answer"], each["means"]) for each in one["answers"]] == [
            ("Annika", "confirm", "command")
        ]


def test_while_it_runs_status_says_who_is_waited_for_and_what_comes_next(company):
    company.run("escalate", "INC-1", "--yes")

    (status,) = company.run("status", "-o", "json").result["incidents"]
    said = company.run("status").out

    (one,) = status["escalations"]
    assert {each["name"] for each in one["waiting_for"]} == {"Annika", "Bert", "Carl"}
    assert one["next_at"] > one["since"]
    assert re.search(r"running, round 1, step 1 of 1 since .*; waiting for Annika", said)
    assert "over at" in said


def test_counts_are_by_channel_in_status_log_and_report(company):
    company.run("update", "INC-1", "-m", "Noch da.", "--yes", "--until", "confirmed", "--within", "1s")
    company.run("confirm", "INC-1", "--by", "kd4711-0", "--notice", "2")

    (status,) = company.run("status", "-o", "json").result["incidents"]
    log = company.run("log", "INC-1", "-o", "json").result["entries"]
    report = company.run("report", "INC-1", "-o", "json").result

    expected = {"planned": 3, "accepted": 3, "delivered": 1, "confirmed": 1}
    logged = [one["counts"] for one in log if one["kind"] == "channel" and one["notice"] == 2]
    for counts in (status["channels"]["email"], report["notices"][1]["channels"]["email"], *logged):
        assert {name: counts[name] for name in expected} == expected
    assert "3 of 3 accepted, 1 delivered, 1 confirmed" in company.run("log", "INC-1").out
    assert "3 of 3 accepted, 1 delivered, 1 confirmed" in company.run("status", "INC-1").out
