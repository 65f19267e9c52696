"""Kind: nobody is asked any more although nobody answered, or people are woken after an answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from broadcast.cli.output.person import person_page
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, NothingMatched, TooLong, UsageError
from broadcast.model.escalation import EscalationOutcome
from broadcast.monitoring.config_check import inspect
from broadcast.privacy.export_person import export_person
from broadcast.publishing.request import Verb
from broadcast.reports.status import one
from tests.cadence.ladder import NOON, Company, number

MINUTE = timedelta(minutes=1)


@pytest.fixture
def company(tmp_path) -> Company:
    company = Company(tmp_path)
    company.notify()
    return company


def test_people_are_asked_step_by_step_until_it_is_exhausted(company):
    company.start()
    for _ in range(28):
        company.tick(MINUTE)

    first = [(0, "sms", 1), (0, "sms", 2), (2, "call", 1), (2, "call", 2), (4, "call", 3)]
    again = [(minute + 14, channel, person) for minute, channel, person in first]
    assert company.asked() == [*first, *again]
    assert company.escalation().outcome is EscalationOutcome.EXHAUSTED
    assert company.tick(60 * MINUTE) == []


def test_two_pages_of_one_person_have_different_references(company):
    company.start()
    for _ in range(28):
        company.tick(MINUTE)

    keys = Counter(one.key for one in company.phone.sent)
    assert set(keys.values()) == {1}


def test_nothing_leaves_after_a_reply(company):
    company.start()
    company.tick(MINUTE)

    assert company.reply(1, "Ja, mache ich") == "confirmed"

    company.tick(30 * MINUTE)
    assert company.asked() == [(0, "sms", 1), (0, "sms", 2)]
    assert company.escalation().outcome is EscalationOutcome.CONFIRMED


def test_answers_after_the_end_are_kept_and_change_nothing(company):
    company.start()
    company.reply(1, "ja")

    company.clock.at += MINUTE
    company.reply(1, "nein")
    assert company.reply(2, "ja") == "confirmed"

    assert company.escalation().answers == {("agents", "p1"): "confirm", ("agents", "p2"): "confirm"}
    assert company.escalation().outcome is EscalationOutcome.CONFIRMED


def test_a_person_sees_the_question_by_its_own_reference(company):
    company.start()
    company.reply(1, "ja")

    with company.ledger() as ledger:
        export = export_person(ledger, company.settings, {}, "agents:p1")
    assert [mark for mark, _ in export.answers] == ["INC-1/E1"]
    page = person_page(export, "Muster Handel", NOON, company.settings.timezone, "en")
    shown = "".join(map(str, page))
    assert "INC-1/E1" in shown
    assert "INC-1/-1" not in shown


def test_pass_on_asks_the_next_step_at_once(company):
    company.start()

    assert company.reply(1, "weiter") == "passed_on"

    assert company.tick() == ["INC-1/E1: step 2 of 2, round 1: call to 1 person (passed on)"]
    assert company.asked()[-1] == (0, "call", 3)


def test_who_declines_is_left_alone_and_the_others_go_on(company):
    company.start()
    company.reply(1, "nein")

    company.tick(2 * MINUTE)

    assert company.asked()[2:] == [(2, "call", 2)]


def test_who_cannot_be_reached_by_one_channel_is_asked_by_the_next_at_once(company):
    company.phone.refuses.add(("sms", number(1)))

    company.start()

    assert company.asked() == [(0, "sms", 2), (0, "call", 1)]
    company.tick(2 * MINUTE)
    assert company.asked()[2:] == [(2, "call", 2)]


def test_who_sends_stop_gets_no_sms_any_more_and_the_ladder_goes_on_by_call(company):
    company.start()
    assert company.reply(1, "STOP") == "stopped_on_duty"

    for _ in range(14):
        company.tick(MINUTE)

    first_round = [(2, "call", 1), (2, "call", 2), (4, "call", 3)]
    assert sorted(company.asked()[2:]) == [*first_round, (14, "call", 1), (14, "sms", 2)]
    with company.ledger() as ledger:
        (said,) = one(ledger, "INC-1", company.clock.at).opted_out
    assert said == "Person 1 (agents:p1) sent STOP: no SMS to +49 151 ••• 17 any more, only calls and mails"


def test_a_step_without_people_goes_on_to_the_next_and_says_so(company):
    company.write(agents=[])
    company.start()

    assert company.asked() == [(0, "call", 3)]
    with company.ledger() as ledger:
        (incident,) = ledger.incidents.all()
        said = [one.detail for one in ledger.history.events(incident) if one.kind == "escalation"]
    assert said[1:] == ["step 2 of 2, round 1: call to 1 person (nobody was left to ask)"]


def test_it_ends_with_its_incident_and_people_who_were_asked_get_no_customers_text(company):
    company.start()
    company.notify(Verb.RESOLVE)

    company.tick(30 * MINUTE)

    assert company.asked() == [(0, "sms", 1), (0, "sms", 2)]
    assert company.escalation().outcome is EscalationOutcome.INCIDENT_OVER


def test_the_numbers_that_readers_see_do_not_jump(company):
    company.start()
    company.notify(Verb.UPDATE)

    with company.ledger() as ledger:
        (incident,) = ledger.incidents.all()
        assert [one.facts.mark for one in ledger.incidents.notices(incident)] == ["[INC-1/1]", "[INC-1/2]"]


def test_the_policy_of_the_start_holds_although_the_file_changes(company):
    company.start()
    company.configure("")

    company.tick(2 * MINUTE)

    assert company.asked()[2:] == [(2, "call", 1), (2, "call", 2)]


def test_after_a_long_pause_it_has_expired(company):
    company.start()

    assert company.tick(timedelta(hours=3)) == ["INC-1/E1: duty ended: expired"]
    assert company.asked() == [(0, "sms", 1), (0, "sms", 2)]


def test_a_poll_counts_the_latest_answer_of_each_person_until_it_ends(company):
    company.configure(
        "[escalation.duty]\n"
        'steps = [{ to = ["audience:agents"], channels = ["sms"], wait = "4m", needs = 2 }]'
    )
    company.start(question="Notrufnummer schalten?", options=("ja", "nein"))

    assert company.reply(1, "Ja") == "chosen"
    company.reply(1, "nein")
    assert company.escalation().ended_at is None
    assert company.reply(2, "2") == "chosen"

    found = company.escalation()
    assert found.answers == {("agents", "p1"): "nein", ("agents", "p2"): "nein"}
    assert found.outcome is EscalationOutcome.CONFIRMED
    assert "Notrufnummer schalten? Antwort: 1 ja, 2 nein." in company.phone.sent[0].text


def test_two_rounds_of_the_clock_at_once_take_each_step_once(company):
    company.start()
    company.clock.at += 2 * MINUTE

    async def both() -> None:
        with company.ledger() as one, company.ledger() as other:
            await asyncio.gather(
                company.job(one).run(company.clock.at, Stop()),
                company.job(other).run(company.clock.at, Stop()),
            )

    asyncio.run(both())

    assert company.asked()[2:] == [(2, "call", 1), (2, "call", 2)]


def test_a_process_that_died_between_a_step_and_its_messages_is_replaced(company):
    company.start()
    company.clock.at += 2 * MINUTE
    with company.ledger() as ledger:
        company.job(ledger).climb(company.escalation().notice)

    company.tick()

    assert company.asked()[2:] == [(2, "call", 1), (2, "call", 2)]


def test_a_process_that_is_killed_between_two_messages_is_replaced_and_no_one_is_asked_twice(company):
    company.start()
    company.clock.at += 2 * MINUTE
    moments = iter([False, True])  # before the first message, and after it
    company.killed_tick(lambda: next(moments))

    company.tick()
    company.tick(2 * MINUTE)

    # The call to the second person may have left: this provider cannot be asked, so it is not repeated.
    assert company.asked()[2:] == [(2, "call", 1), (4, "call", 3)]


def test_the_next_step_is_due_at_a_known_time(company):
    company.start()

    with company.ledger() as ledger:
        assert company.job(ledger).due() == NOON + 2 * MINUTE


def test_a_policy_that_reaches_no_one_is_refused(company):
    company.write(agents=[], chiefs=[])

    with pytest.raises(NothingMatched, match="audience:agents has no people"):
        company.start()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"question": "Schalten?"}, "--options is missing"),
        ({"options": ("ja", "nein")}, "--question is missing"),
        ({"question": "Schalten?", "options": ("ja",)}, "2 to 9"),
        ({"question": "Schalten?", "options": ("stop", "weiter")}, '"stop" would not be understood'),
        ({"question": "x" * 101, "options": ("ja", "nein")}, "room for 100"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(company, given, why):
    with pytest.raises(UsageError, match=why):
        company.start(**given)


def test_an_answer_is_never_needed_from_a_text_that_does_not_fit(company):
    with pytest.raises(TooLong):
        company.start(question="?" * 100, options=tuple("wort" * 14 + str(n) for n in range(9)))


def test_a_channel_that_asks_no_single_person_is_refused_before_it_is_needed(company):
    company.configure(
        '[escalation.duty]\nsteps = [{ to = ["audience:agents"], channels = ["site"], wait = "4m" }]'
    )

    with pytest.raises(ConfigError, match="step 1: site asks no single person"):
        inspect(company.settings)
    with pytest.raises(ConfigError, match="step 1: site asks no single person"):
        company.start()
