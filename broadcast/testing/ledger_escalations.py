"""How escalations are recorded, and what ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.errors import Refused
from broadcast.ledger.confirmations import AnswerEffect
from broadcast.ledger.escalations import Climbed
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import NewNotice, Notice
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import EscalationOutcome, EscalationPolicy, EscalationStep
from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted
from broadcast.model.plan import Planned
from broadcast.model.question import CONFIRM, DECLINE, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, record, settled

_S = DeliveryState
_WAIT = timedelta(minutes=5)
_POLICY = EscalationPolicy(
    name="duty",
    steps=(
        EscalationStep(to=("oncall:support",), channels=("sms", "call"), wait=_WAIT),
        EscalationStep(to=("audience:chiefs",), channels=("call",), wait=_WAIT, needs=2),
    ),
)
_VOTE = replace(_POLICY, steps=(replace(_POLICY.steps[0], needs=2),))
_YES = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.KEY, at=after(60), channel="sms")


class EscalationsContract(LedgerFixtures):
    """A step is taken once, and nothing leaves after the end."""

    def test_its_number_is_none_of_a_notice(self, ledger: Ledger) -> None:
        first = _started(ledger, "anna")

        assert (first.kind, first.sequence) == (NoticeKind.ESCALATION, -1)
        (known,) = ledger.incidents.all()
        assert ledger.escalations.next_number(known) == -2
        assert ledger.incidents.next_sequence(known) == 2
        assert [one.sequence for one in ledger.incidents.notices(known)] == [1]
        assert ledger.incidents.latest(known) == (ledger.incidents.notices(known)[0].id, 1)

    def test_it_can_be_read_back(self, ledger: Ledger) -> None:
        started = _started(ledger, "anna")

        (found,) = ledger.escalations.running()

        assert (found.notice, found.policy, found.place, found.since) == (started.id, _POLICY, 0, NOON)
        assert (found.expires_at, found.ended_at) == (NOON + _POLICY.expires, None)
        (page,) = found.pages
        assert (page.receiver, page.place, page.channel, page.state) == (
            ("customers", "anna"),
            0,
            "sms",
            _S.PLANNED,
        )
        assert page.person.phone == "+4915112345678"

    def test_a_step_is_taken_once(self, ledger: Ledger) -> None:
        started = _started(ledger, "anna")
        read = ledger.escalations.find(started.id)

        first = ledger.escalations.climb(read, Climbed(1, _pages("anna", place=1), "call"), after(150))
        again = ledger.escalations.climb(read, Climbed(1, _pages("anna", place=1), "call"), after(150))

        assert (first, again) == (True, False)
        now = ledger.escalations.find(started.id)
        assert (now.place, now.since, len(now.pages)) == (1, after(150), 2)

    def test_a_decision_made_before_an_answer_is_not_written(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna")
        _send(ledger, run, started)
        read = ledger.escalations.find(started.id)
        declined = replace(_YES, answer=DECLINE)
        ledger.confirmations.record(ledger.confirmations.receivers(started.id), declined)

        assert not ledger.escalations.climb(read, Climbed(1, _pages("anna", place=1), "call"), after(150))
        assert not ledger.escalations.end(read, EscalationOutcome.EXHAUSTED, after(150))

    def test_nothing_is_claimed_after_enough_confirmations(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna", "ben")
        work = ledger.deliveries(started.id, run, clock=SystemClock())
        (first,) = claim(work, "sms", limit=1)
        (anna,) = [one for one in ledger.confirmations.receivers(started.id) if one.contact == "anna"]

        ledger.confirmations.record([anna], _YES)

        # Neither Ben, who was not sent anything, nor Anna, whose request under way comes back as not sent.
        turn = work.turn([settled(first, _S.PLANNED, "not_sent")], {"sms": 10}, after(61))
        assert list(turn.claims["sms"]) == []
        ended = ledger.escalations.find(started.id)
        assert (ended.outcome, ended.ended_at) == (EscalationOutcome.CONFIRMED, after(60))
        assert ledger.escalations.running() == []
        assert states(ledger, started) == {"anna": _S.CONFIRMED, "ben": _S.CANCELLED}

    def test_an_answer_after_the_last_step_confirms_it_after_all(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna")
        _send(ledger, run, started)
        people = ledger.confirmations.receivers(started.id)
        ledger.confirmations.record(people, replace(_YES, answer=DECLINE))
        read = ledger.escalations.find(started.id)
        assert ledger.escalations.end(read, EscalationOutcome.EXHAUSTED, after(70))

        ledger.confirmations.record(people, replace(_YES, at=after(90)))

        ended = ledger.escalations.find(started.id)
        assert (ended.outcome, ended.ended_at) == (EscalationOutcome.CONFIRMED, after(70))
        assert states(ledger, started) == {"anna": _S.CONFIRMED}

    def test_a_vote_may_be_changed_until_the_escalation_is_over(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna", "ben", policy=_VOTE, options=("yes", "no"))
        _send(ledger, run, started)
        anna, ben = ledger.confirmations.receivers(started.id)

        votes = ((anna, "yes"), (anna, "no"), (ben, "yes"), (ben, "no"))
        effects = [
            ledger.confirmations.record([who], replace(_YES, answer=vote, at=after(60 + number)))
            for number, (who, vote) in enumerate(votes)
        ]

        counts = AnswerEffect.COUNTS
        assert effects == [counts, counts, counts, AnswerEffect.NOTED]
        found = {one.contact: one.answer for one in ledger.confirmations.of(started.id)}
        assert found == {"anna": "no", "ben": "yes"}

    def test_a_request_that_returns_unsent_is_not_repeated_after_the_end(
        self, ledger: Ledger, run: Run
    ) -> None:
        started = _started(ledger, "anna", "ben")
        work = ledger.deliveries(started.id, run, clock=SystemClock())
        claims = claim(work, "sms")
        ledger.confirmations.record(ledger.confirmations.receivers(started.id)[:1], _YES)

        (ben,) = [one for one in claims if one.receiver == "ben"]
        turn = work.turn([settled(ben, _S.PLANNED, "not_sent")], {"sms": 10}, after(61))

        assert list(turn.claims["sms"]) == []
        assert states(ledger, started)["ben"] == _S.CANCELLED

    def test_it_ends_with_its_incident(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna")

        record(ledger, "paul", phase=Phase.RESOLVED)

        ended = ledger.escalations.find(started.id)
        assert ended.outcome is EscalationOutcome.INCIDENT_OVER
        assert states(ledger, started) == {"anna": _S.CANCELLED}
        assert claim(ledger.deliveries(started.id, run, clock=SystemClock()), "sms", seconds=1) == []

    def test_an_update_does_not_end_it(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna")

        record(ledger, "anna")

        claimed = claim(ledger.deliveries(started.id, run, clock=SystemClock()), "sms", seconds=1)
        assert [one.receiver for one in claimed] == ["anna"]

    def test_nothing_is_claimed_after_it_has_expired(self, ledger: Ledger, run: Run) -> None:
        started = _started(ledger, "anna")
        work = ledger.deliveries(started.id, run, clock=SystemClock())

        assert claim(work, "sms", seconds=_POLICY.expires.total_seconds()) == []

    def test_people_who_were_only_paged_are_no_readers_of_the_incident(
        self, ledger: Ledger, run: Run
    ) -> None:
        started = _started(ledger, "anna")
        _send(ledger, run, started)
        (known,) = ledger.incidents.all()

        reached = ledger.history.previous_deliveries(known)

        assert [one.receiver for one in reached] == []
        assert ledger.history.audiences(known) == ["customers"]

    def test_a_second_one_by_the_same_policy_is_refused(self, ledger: Ledger) -> None:
        _started(ledger, "anna")

        with pytest.raises(Refused, match="is running"):
            ledger.escalations.start(_new(ledger, "ben"), _POLICY, after(10))

    def test_an_incident_that_is_over_is_refused(self, ledger: Ledger) -> None:
        record(ledger, "paul")
        new = _new(ledger, "anna")
        record(ledger, "paul", phase=Phase.RESOLVED)

        with pytest.raises(Refused, match="is over"):
            ledger.escalations.start(new, _POLICY, after(10))

    def test_the_log_says_what_happened(self, ledger: Ledger) -> None:
        started = _started(ledger, "anna")
        read = ledger.escalations.find(started.id)
        ledger.escalations.climb(read, Climbed(1, (), "step 1: call"), after(150))
        (known,) = ledger.incidents.all()

        events = ledger.history.events(known)

        assert [one.detail for one in events if one.kind == "escalation"] == [
            "duty started by ada",
            "step 1: call",
        ]
        assert [one.policy.name for one in ledger.escalations.of(known)] == ["duty"]
        assert ledger.escalations.notice(started.id) == started


def _pages(*receivers: str, place: int = 0) -> Sequence[Planned]:
    channel = _POLICY.channel_at(place)
    return [replace(one, lane=place) for one in owed(*receivers, route=(channel,))]


def _new(ledger: Ledger, *receivers: str, options: tuple[str, ...] = ()) -> NewNotice:
    (known,) = ledger.incidents.all()
    asked = NoticeQuestion(options=options, asked_at=NOON, answer_by=after(900), wait=300.0)
    made = notice(known, 1, _pages(*receivers))
    return replace(made, kind=NoticeKind.ESCALATION, question=asked)


def _started(
    ledger: Ledger, *receivers: str, policy: EscalationPolicy = _POLICY, options: tuple[str, ...] = ()
) -> Notice:
    """Return an escalation of a new incident that nobody was told of."""
    ledger.incidents.record(notice(incident(), 1, owed("channel:x", route=("x",))), NOON)
    return ledger.escalations.start(_new(ledger, *receivers, options=options), policy, NOON)


def _send(ledger: Ledger, run: Run, started: Notice) -> None:
    work = ledger.deliveries(started.id, run, clock=SystemClock())
    for claimed in claim(work, "sms"):
        done = settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted(f"SM-{claimed.receiver}"),))
        work.turn([done], {}, NOON)
