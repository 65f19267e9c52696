"""Messages and keys: their effect, once, and whether they are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broadcast.inbound.inbox import Inbox, Said, Taken
from broadcast.ledger.inbox import MOST_ANSWERS, MOST_FOR_ONE
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import EscalationPolicy, EscalationStep
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted
from broadcast.model.question import AnswerMeans, NoticeQuestion
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.reports.status import one
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, settled

_S = DeliveryState
ANNA = "+4915112345678"
STRANGER = "+4915112349999"
QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=300.0)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", "a secret of an installation")
    ledger = Ledger.open(tmp_path / "broadcast.db")
    yield ledger
    ledger.close()


def call(ledger: Ledger, question: NoticeQuestion | None = QUESTION) -> Notice:
    """Return a notice that Anna, a customer, was called with as CA0."""
    new = replace(notice(incident(), 1, owed("anna", route=("call", "sms"))), question=question)
    recorded, run = ledger.incidents.record(new, NOON), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    (one,) = claim(work, "call")
    work.turn([settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("CA0"),))], {}, NOON)
    run.end()
    return recorded


def write(inbox: Inbox, text: str, at: datetime = NOON, sender: str = ANNA) -> Said:
    message = InboundMessage(ref=f"SM-{at.isoformat()}-{text}-{sender}", sender=sender, text=text)
    return take(inbox, message, at)


def take(inbox: Inbox, message: InboundMessage, at: datetime = NOON) -> Said:
    return inbox.message("sms", AddressKind.PHONE, message, at).said


def press(inbox: Inbox, key: str) -> Taken:
    return inbox.key("call", KeyPress(ref="CA0", key="", pressed=key), after(60))


def test_the_keys_of_people_on_duty_confirm_pass_on_and_decline(ledger):
    call(ledger)
    on_duty = Inbox(ledger, internal=frozenset({"customers"}))

    assert [press(on_duty, key).said for key in ("7", "9", "9", "1", "5")] == [
        Said.AGAIN,
        Said.DECLINED,
        Said.ALREADY,
        Said.CONFIRMED,
        Said.STAYS,
    ]
    assert ledger.suppressions.all() == []


def test_a_customer_who_presses_9_gets_no_more_calls_and_has_answered_nothing(ledger):
    new = call(ledger)

    taken = press(Inbox(ledger), "9")

    assert (taken.said, taken.locale) == (Said.STOPPED, "de")
    (found,) = ledger.suppressions.of(AddressKind.PHONE, ANNA)
    assert (found.reason, found.source) == (SuppressionReason.OPTED_OUT, "a key on call")
    assert ledger.confirmations.of(new.id) == []


def test_a_customer_cannot_pass_on(ledger):
    call(ledger)

    assert press(Inbox(ledger), "5").said is Said.AGAIN


def test_a_notice_that_asks_nothing_can_be_confirmed_and_no_more(ledger):
    new = call(ledger, question=None)
    on_duty = Inbox(ledger, internal=frozenset({"customers"}))

    assert [press(on_duty, key).said for key in ("5", "9", "1")] == [Said.AGAIN, Said.AGAIN, Said.CONFIRMED]
    assert states(ledger, new) == {"anna": _S.CONFIRMED}


def test_a_key_during_a_call_that_is_not_ours_answers_nothing(ledger):
    assert press(Inbox(ledger), "1").said is Said.NO_QUESTION


@pytest.mark.parametrize(
    ("text", "confirmed"),
    [
        ("Ja", "INC-2"),
        ("ja INC-1/1", "INC-1"),
        ("[INC-1/1] Ja, bin dran", "INC-1"),
        ("OK inc-1", "INC-1"),
        ("Ja INC-9/1", "INC-2"),
        ("Ja INC-1/7", "INC-2"),
    ],
)
def test_a_reply_may_name_the_notice_that_it_answers(ledger, text, confirmed):
    for ref in ("INC-1", "INC-2"):
        opened = replace(incident(), ref=ref)
        at = after(int(ref[-1]))
        question = replace(QUESTION, asked_at=at)
        new = replace(notice(opened, 1, owed("anna", route=("sms",))), question=question)
        recorded, run = ledger.incidents.record(new, at), ledger.runs.begin()
        work = ledger.deliveries(recorded.id, run, clock=SystemClock())
        (one,) = claim(work, "sms", seconds=10)
        work.turn([settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted(ref),))], {}, after(10))
        run.end()

    taken = Inbox(ledger).message(
        "sms", AddressKind.PHONE, InboundMessage(ref="SM1", sender=ANNA, text=text), after(60)
    )

    assert (taken.said, taken.mark) == (Said.CONFIRMED, f"{confirmed}/1")


def test_the_first_who_presses_a_button_answers_for_the_room(ledger):
    new = replace(notice(incident(), 1, owed("channel:slack", route=("slack",))), question=QUESTION)
    recorded, run = ledger.incidents.record(new, NOON), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    (one,) = claim(work, "slack")
    work.turn([settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("17.1"),))], {}, NOON)
    run.end()
    inbox = Inbox(ledger, internal=frozenset({"customers"}))

    said = [
        inbox.key(
            "slack", KeyPress(ref="17.1", key="", pressed="1", sender=who), NOON, AnswerMeans.BUTTON
        ).said
        for who in ("U1", "U2")
    ]

    assert said == [Said.CONFIRMED, Said.ALREADY]
    (answer,) = ledger.confirmations.of(recorded.id)
    assert (answer.author, answer.means) == ("U1", "button")


def test_a_person_is_answered_once_a_day_whatever_follows(ledger):
    inbox = Inbox(ledger)
    times = [after(0), after(60), after(3600), after(24 * 3600 + 1)]

    said = [write(inbox, f"Hallo {number}", at) for number, at in enumerate(times)]

    assert said == [Said.RECEIVED, Said.NOTHING, Said.NOTHING, Said.RECEIVED]


def test_a_machine_that_confirms_again_and_again_is_answered_once(ledger):
    call(ledger)
    inbox = Inbox(ledger)

    said = [write(inbox, "ok", after(number)) for number in range(4)]

    assert said == [Said.CONFIRMED, Said.NOTHING, Said.NOTHING, Said.NOTHING]


@pytest.mark.parametrize(
    "sender", ["+4930231250", "72404", "MusterBank", "", "+49", "4915112345678", "+0151123456"]
)
def test_our_own_numbers_and_machines_are_not_answered(ledger, sender):
    inbox = Inbox(ledger, own=frozenset({"+4930231250"}))

    assert write(inbox, "Hallo", sender=sender) is Said.NOTHING


def test_a_message_to_itself_is_not_answered(ledger):
    message = InboundMessage(ref="SM1", sender=ANNA, text="Hallo", recipient=ANNA)

    assert take(Inbox(ledger), message) is Said.NOTHING


def test_what_the_provider_answers_is_not_answered_twice_and_has_its_effect(ledger):
    message = InboundMessage(ref="SM1", sender=ANNA, text="STOP", answered=True)

    assert take(Inbox(ledger), message) is Said.NOTHING
    assert len(ledger.suppressions.of(AddressKind.PHONE, ANNA)) == 1


def test_so_many_strangers_are_answered_in_an_hour(ledger):
    inbox = Inbox(ledger)

    senders = [f"+49151{number:08}" for number in range(MOST_ANSWERS + 1)]
    said = [write(inbox, "Hallo", after(number), sender) for number, sender in enumerate(senders)]

    assert said.count(Said.RECEIVED) == MOST_ANSWERS
    assert said[-1] is Said.NOTHING
    assert write(inbox, "Hallo", after(3700), sender=STRANGER) is Said.RECEIVED


def test_start_lifts_what_the_person_asked_for_and_nothing_else(ledger):
    inbox, secret = Inbox(ledger), ledger.secret()
    bounced = suppression(secret, AddressKind.PHONE, ANNA, SuppressionReason.BOUNCED, "sms", NOON)
    ledger.suppressions.add([bounced])

    said = [write(inbox, text, after(number)) for number, text in enumerate(("Stopp!", "START", "START"))]

    assert said == [Said.STOPPED, Said.STARTED, Said.NOTHING]
    assert [one.reason for one in ledger.suppressions.of(AddressKind.PHONE, ANNA)] == ["bounced"]


def test_start_does_not_lift_what_somebody_else_recorded(ledger):
    found = suppression(ledger.secret(), AddressKind.PHONE, ANNA, SuppressionReason.OPTED_OUT, "ada", NOON)
    ledger.suppressions.add([found])

    assert write(Inbox(ledger), "START") is Said.RECEIVED
    assert len(ledger.suppressions.all()) == 1


def test_the_same_message_again_confirms_nothing_that_was_asked_later(ledger):
    inbox = Inbox(ledger)
    message = InboundMessage(ref="SM1", sender=ANNA, text="Ja")
    inbox.message("sms", AddressKind.PHONE, message, NOON)
    new = call(ledger)

    again = inbox.message("sms", AddressKind.PHONE, message, NOON + timedelta(minutes=1))

    assert again.said is Said.NOTHING
    assert states(ledger, new) == {"anna": _S.ACCEPTED}


def test_an_answer_after_the_end_is_kept_and_says_that_it_is_over(ledger):
    new = call(ledger)
    over = replace(ledger.incidents.find("INC-1"), phase=incident().phase.RESOLVED)
    ledger.incidents.record(notice(over, 2, owed("anna")), after(30))

    assert write(Inbox(ledger), "Ja", after(60)) is Said.OVER
    assert [one.answer for one in ledger.confirmations.of(new.id)] == ["confirm"]


def test_a_yes_after_a_no_counts_and_a_no_after_that_is_kept(ledger):
    new = call(ledger)
    inbox = Inbox(ledger, internal=frozenset({"customers"}))

    said = [
        write(inbox, text, after(number)) for number, text in enumerate(("nein", "Ja", "nein doch nicht"))
    ]

    assert said == [Said.DECLINED, Said.CONFIRMED, Said.STAYS]
    (counts,) = ledger.confirmations.of(new.id)
    assert (counts.answer, counts.at, counts.later.answer) == ("confirm", after(1), "decline")
    assert states(ledger, new) == {"anna": _S.CONFIRMED}


def test_two_people_with_one_number_are_two_answers_of_whom_nobody_knows_which(ledger):
    new = ask_couple(ledger)
    inbox = Inbox(ledger)

    taken = [
        inbox.message(
            "sms", AddressKind.PHONE, InboundMessage(ref=f"SM{n}", sender=ANNA, text="ja"), after(n)
        )
        for n in range(3)
    ]

    assert [(one.said, one.person) for one in taken] == [
        (Said.CONFIRMED, "Anna Muster"),
        (Said.CONFIRMED, "Ben Muster"),
        (Said.NOTHING, ""),
    ]
    assert [one.author for one in ledger.confirmations.of(new.id)] == ["Anna Muster or Ben Muster"] * 2


def ask_couple(ledger: Ledger) -> Notice:
    people = [
        replace(one, contact=Contact(id=one.receiver, name=f"{one.receiver.title()} Muster", phone=ANNA))
        for one in owed("anna", "ben", route=("sms",))
    ]
    new = replace(notice(incident(), 1, people), question=QUESTION)
    recorded, run = ledger.incidents.record(new, NOON), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    sent = [
        settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted(f"SM-{one.receiver}"),))
        for one in claim(work, "sms")
    ]
    work.turn(sent, {}, NOON)
    run.end()
    return recorded


def test_a_machine_that_changes_its_mind_for_ever_is_answered_so_often_in_an_hour(ledger):
    call(ledger)
    inbox = Inbox(ledger, internal=frozenset({"customers"}))

    said = [write(inbox, "ja" if n % 2 else "nein", after(n)) for n in range(2 * MOST_FOR_ONE)]

    assert len([one for one in said if one is not Said.NOTHING]) == MOST_FOR_ONE


def test_a_stop_of_a_person_on_duty_is_honoured_and_the_commander_can_see_it(ledger):
    call(ledger)
    inbox = Inbox(ledger, internal=frozenset({"customers"}))

    said = [write(inbox, text, after(number)) for number, text in enumerate(("STOP", "STOP", "START"))]

    assert said == [Said.STOPPED_ON_DUTY, Said.NOTHING, Said.STARTED]
    status = one(ledger, "INC-1", after(10))
    assert status.opted_out == (
        "Anna (customers:anna) sent STOP: no SMS to +49 151 ••• 78 any more, only calls and mails",
        "Anna (customers:anna) sent START: SMS to +49 151 ••• 78 again",
    )
    assert ledger.suppressions.all() == []


def test_a_stop_of_a_customer_is_no_news_for_the_commander(ledger):
    call(ledger)

    assert write(Inbox(ledger), "STOP") is Said.STOPPED
    assert one(ledger, "INC-1", after(10)).opted_out == ()


@pytest.mark.parametrize(
    ("sender", "locale"), [(STRANGER, "de"), ("+447700900123", "en"), ("+33612345678", "")]
)
def test_a_stranger_is_answered_in_the_language_of_the_number_if_it_has_one(ledger, sender, locale):
    message = InboundMessage(ref="SM1", sender=sender, text="Wann geht es wieder?")

    taken = Inbox(ledger).message("sms", AddressKind.PHONE, message, NOON)

    assert (taken.said, taken.locale) == (Said.RECEIVED, locale)


def test_who_was_told_something_lately_is_answered_in_that_language(ledger):
    call(ledger, question=None)

    taken = Inbox(ledger).message(
        "sms", AddressKind.PHONE, InboundMessage(ref="SM1", sender=ANNA, text="Danke"), after(60)
    )

    assert (taken.said, taken.locale) == (Said.RECEIVED, "de")


def test_a_yes_to_a_poll_that_has_no_such_option_is_asked_for_a_number(ledger):
    new = call(ledger, question=replace(QUESTION, text="Welche Farbe?", options=("rot", "blau")))
    inbox = Inbox(ledger)
    message = InboundMessage(ref="SM1", sender=ANNA, text="ja")

    taken = inbox.message("sms", AddressKind.PHONE, message, after(60))

    assert (taken.said, taken.option, taken.mark) == (Said.CHOOSE, "2", "INC-1/1")
    assert ledger.confirmations.of(new.id) == []
    assert write(inbox, "2", after(61)) is Said.CHOSEN


@pytest.mark.parametrize("pressed", ["Ja, auf die Ersatzleitung", "<b>Köln</b> & Bonn"])
def test_a_long_option_is_chosen_by_its_button(ledger, pressed):
    options = ("Ja, auf die Ersatzleitung", "<b>Köln</b> & Bonn")
    call(ledger, question=replace(QUESTION, text="Wohin?", options=options))

    taken = press(Inbox(ledger), pressed)

    assert (taken.said, taken.option) == (Said.CHOSEN, pressed)


def test_in_the_poll_of_an_escalation_everybody_in_a_room_votes_and_may_change_it(ledger):
    policy = EscalationPolicy(
        name="duty",
        steps=(EscalationStep(to=("audience:x",), channels=("slack",), wait=timedelta(minutes=5), needs=3),),
    )
    ledger.incidents.record(notice(incident(), 1, owed("channel:x", route=("x",))), NOON)
    (known,) = ledger.incidents.all()
    asked = replace(QUESTION, text="Wohin?", options=("rot", "blau"))
    pages = [
        replace(one, audience="x", template_audience="_page")
        for one in owed("channel:slack", route=("slack",))
    ]
    made = replace(notice(known, 1, pages), kind=NoticeKind.ESCALATION, question=asked)
    started, run = ledger.escalations.start(made, policy, NOON), ledger.runs.begin()
    work = ledger.deliveries(started.id, run, clock=SystemClock())
    work.turn(
        [settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("17.1"),)) for one in claim(work, "slack")],
        {},
        NOON,
    )
    run.end()
    votes = (("U1", "rot"), ("U2", "blau"), ("U1", "blau"), ("U1", "blau"))

    said = [
        Inbox(ledger)
        .key("slack", KeyPress(ref="17.1", key="", pressed=vote, sender=who), NOON, AnswerMeans.BUTTON)
        .said
        for who, vote in votes
    ]

    assert said == [Said.CHOSEN, Said.CHOSEN, Said.CHOSEN, Said.ALREADY]
    found = {one.contact: one.answer for one in ledger.confirmations.of(started.id)}
    assert found == {"channel:slack/U1": "blau", "channel:slack/U2": "blau"}
    assert ledger.escalations.find(started.id).confirmations(0) == 2
    assert states(ledger, started) == {"channel:slack": _S.CONFIRMED}
