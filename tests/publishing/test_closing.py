"""Every channel that carried a notice carries the end; or the run names it, exits 4, and `retry` sends it."""

from __future__ import annotations

import re

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.publishing.request import Verb
from broadcast.reports.status import overview
from broadcast.wiring import make_deliverer
from tests.harness.company import email, phone, retried
from tests.harness.sandbox import arm

AGENTS = '\n[audiences.agents]\ncontacts = ["people.csv"]\nlanes = {lanes}\n'


def sequences(sandbox, provider):
    """Return the numbers of the notices that a provider got, in order."""
    everything = [f"{m.subject or ''}{m.text}" for m in sandbox.received]
    updated = any("More." in text for text in everything)
    texts = [f"{m.subject or ''}{m.text}" for m in sandbox.received if m.provider == provider]
    return [number(text, updated=updated) for text in texts]


def number(text, *, updated):
    """Return the notice of a text: by the number in it or, on a page, by its words."""
    if found := re.search(r"INC-1(?:/|, message )(\d)", text):
        return int(found.group(1))
    return 2 + updated if "Over." in text else 1 + ("More." in text)


def without_channel(company, name):
    """Remove a channel from the configuration; return a function that puts it back."""
    path = company.folder / "broadcast.toml"
    before = path.read_text(encoding="utf-8")
    kept = re.sub(rf"\[channels\.{name}\].*?\n\n", "", before, flags=re.DOTALL)
    kept = kept.replace(f'["{name}"], ', "").replace(f', ["{name}"]', "").replace(f'"{name}", ', "")
    path.write_text(kept.replace(f', "{name}"', ""), encoding="utf-8")
    return lambda: path.write_text(before, encoding="utf-8")


def renamed_audience(company, old, new):
    path = company.folder / "broadcast.toml"
    text = path.read_text(encoding="utf-8").replace(f"[audiences.{old}]", f"[audiences.{new}]")
    path.write_text(text + f'texts = "{old}"\n', encoding="utf-8")


def test_a_channel_that_is_also_the_backup_of_another_lane_gets_every_notice(company, sandbox):
    company.configure([["x", "page"]], extra=AGENTS.format(lanes='[["page"]]'))
    company.notify()

    company.follow_up(Verb.UPDATE, message="More.")
    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert sequences(sandbox, "x") == sequences(sandbox, "statuspage") == [1, 2, 3]


def test_a_channel_that_stepped_in_once_gets_the_end_as_well(company, sandbox):
    company.configure([["x", "page"]])
    arm(sandbox, "x:auth")
    company.notify()
    sandbox.clear_faults()
    company.follow_up(Verb.UPDATE, message="More.")

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert sequences(sandbox, "statuspage") == [1, 2, 3]
    assert sequences(sandbox, "x") == [2, 3]


def test_a_post_that_fails_at_the_end_is_owed_even_if_its_backup_published_the_end(company, sandbox):
    company.configure([["x", "page"]])
    company.notify()
    arm(sandbox, "x:auth")

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (4, 1)
    assert sequences(sandbox, "statuspage") == [2]
    sandbox.clear_faults()
    assert company.retry().exit_code == 0
    assert sequences(sandbox, "x") == [1, 2]
    assert sequences(sandbox, "statuspage") == [2]


@pytest.mark.parametrize(
    ("name", "provider", "copies"), [("x", "x", 1), ("page", "statuspage", 1), ("sms", "twilio", 3)]
)
def test_a_channel_that_is_gone_still_owes_the_end_and_retry_finishes_it(
    company, sandbox, name, provider, copies
):
    company.configure([["sms"], ["page"], ["x"]])
    company.notify()
    put_back = without_channel(company, name)

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (4, copies)
    assert any(re.search(f"on {name} (is|are) still owed", warning) for warning in result.warnings)
    assert sequences(sandbox, provider) == [1] * copies
    assert company.retry().exit_code == 4
    put_back()
    finished = company.retry()
    assert (finished.exit_code, finished.counts.held) == (0, 0)
    assert sequences(sandbox, provider) == [1] * copies + [2] * copies


def test_a_channel_that_is_left_out_names_the_thread_that_stays_open(company, sandbox):
    company.configure([["sms"], ["x"]])
    company.notify()
    [post] = [m for m in sandbox.received if m.provider == "x"]

    result = company.follow_up(Verb.RESOLVE, message="Over.", not_channels=("x",))

    assert result.exit_code == 4
    assert any(f"its thread {post.ref} stays open" in warning for warning in result.warnings)
    assert sequences(sandbox, "x") == [1]
    assert company.retry().exit_code == 0
    assert sequences(sandbox, "x") == [1, 2]


def test_if_nothing_can_be_tried_at_the_end_the_exit_code_is_4(company, sandbox):
    company.configure([["x"]])
    company.notify()

    assert company.follow_up(Verb.RESOLVE, message="Over.", not_channels=("x",)).exit_code == 4


def test_a_mailbox_that_two_channels_wrote_to_gets_the_end_once(company, sandbox):
    company.configure([["email", "mail-backup", "sms"]])
    company.notify()
    arm(sandbox, "sendgrid:auth")
    company.follow_up(Verb.UPDATE, message="More.")
    sandbox.clear_faults()

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    told = [
        m.to
        for m in sandbox.received
        if re.search(r"INC-1(?:/|, message )3[\].]", f"{m.subject or ''}{m.text}")
    ]
    assert sorted(told) == [email(number) for number in range(3)]


def test_a_person_with_two_channels_in_a_lane_gets_the_end_once_where_it_worked(company, sandbox):
    company.configure([["mail-backup", "sms"]])
    company.employ(1)
    arm(sandbox, "smtp:drop_after")
    assert company.notify().exit_code == 0
    sandbox.clear_faults()

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert company.copies(2)["p0"] == ["twilio"]


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.RESOLVE])
def test_the_people_of_a_renamed_audience_are_told_under_its_old_name(company, sandbox, verb):
    company.configure([["sms"]])
    company.notify()
    renamed_audience(company, "customers", "clients")

    result = company.follow_up(verb, message="News.")

    assert result.exit_code == 0
    assert company.told_once("twilio", sequence=2)
    if verb is Verb.UPDATE:
        assert any("audience customers is not in the configuration" in one for one in result.warnings)


def test_an_update_replaces_the_first_notice_for_people_it_did_not_reach(company, sandbox):
    company.configure([["sms"]], extra=AGENTS.format(lanes='[["page"]]'))
    arm(sandbox, "twilio:auth")
    assert company.notify().exit_code == 4
    sandbox.clear_faults()

    result = company.follow_up(Verb.UPDATE, message="More.")
    company.retry()

    assert result.exit_code == 0
    assert company.told_once("twilio", sequence=2)
    assert company.copies(1) == {"p0": [], "p1": [], "p2": []}


def test_retry_finishes_every_incident_and_says_so_for_every_notice(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:auth")
    company.notify("Checkout down")
    company.notify("Chat down")
    sandbox.clear_faults()

    with company.ledger() as ledger:
        deliverer = make_deliverer(company.settings, ledger, ignore_events)
        finished = retried(deliverer)
        again = retried(deliverer)

    assert [(one.incident, one.exit_code, one.changed) for one in finished.notices] == [
        ("INC-1", 0, True),
        ("INC-2", 0, True),
    ]
    assert (again.notices, again.latest, again.exit_code) == ((), None, 0)


def test_two_lanes_with_one_backup_are_one_message_on_it(company, sandbox):
    company.configure([["email", "sms"], ["mail-backup", "sms"]])
    arm(sandbox, "sendgrid:auth", "smtp:auth")

    result = company.notify()

    assert (result.exit_code, result.counts.accepted) == (0, 6)
    assert company.told_once("twilio")


def test_a_mailbox_in_two_audiences_gets_the_end_once(company, sandbox):
    company.configure([["email"]], extra=AGENTS.format(lanes='[["email"]]'))
    company.notify(audiences=("customers",))
    company.follow_up(Verb.UPDATE, message="More.", audiences=("agents",))

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert company.told_once("sendgrid", sequence=3)


COUPLE = f"id,name,email,phone\np0,Anna,{email(0)},{phone(9)}\np1,Bert,{email(1)},{phone(9)}\n"


def test_a_shared_number_serves_everybody_who_falls_back_to_it(company, sandbox):
    """The second mailbox is refused: the number in that row is used."""
    company.configure([["mail-backup", "sms"]], mail_backup="concurrency = 1")
    company.write_people(COUPLE)
    arm(sandbox, "smtp:status=550,every=2")

    result = company.notify()

    assert (result.exit_code, result.counts.accepted) == (0, 2)
    assert [m.to for m in sandbox.received] == [email(0), phone(9)]


def test_two_people_who_fall_back_to_one_number_are_told_by_one_message(company, sandbox):
    company.configure([["email", "sms"]])
    company.write_people(COUPLE)
    arm(sandbox, "sendgrid:auth")

    result = company.notify()
    with company.ledger() as ledger:
        incident = ledger.incidents.all()[0]
        [sms] = [
            one for one in ledger.history.reach(ledger.incidents.notices(incident)[0]) if one.channel == "sms"
        ]
        assert (sms.targeted, sms.accepted, ledger.history.duplicates(incident)) == (2, 2, 0)
    ended = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.accepted) == (0, 2)
    assert set(company.states().values()) == {DeliveryState.ACCEPTED}
    assert (ended.exit_code, ended.counts.accepted) == (0, 2)
    assert sorted(sequences(sandbox, "twilio")) == [1, 2]


def test_status_names_the_unsent_messages_of_every_notice_by_channel(company, sandbox):
    company.configure([["sms"], ["x"]])
    company.notify()
    company.follow_up(Verb.RESOLVE, message="Over.", not_channels=("x",))
    company.follow_up(Verb.RETRACT, incident="INC-1", message="Never.", not_channels=("sms",))

    with company.ledger() as ledger:
        [status] = overview(ledger, SystemClock().now())

    assert [(one.sequence, one.channel, one.count) for one in status.owed] == [(3, "sms", 3)]
    assert status.owing


def test_a_retry_by_name_counts_no_failure_of_an_older_notice_once_the_end_is_sent(company, sandbox):
    """Nothing can be done about it any more, so scripts must not get the code again and again."""
    company.configure([["sms"]])
    sandbox.suppress(phone(2))
    assert company.notify().exit_code == 4
    assert company.follow_up(Verb.RESOLVE, message="Over.").exit_code == 0

    with company.ledger() as ledger:
        finished = retried(make_deliverer(company.settings, ledger, ignore_events), "INC-1")

    assert finished.notices == ()
    assert finished.exit_code == 0
