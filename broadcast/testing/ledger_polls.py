"""About which messages providers are asked: one process at a time, less and less often, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import pairwise

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.polls import LONGEST
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.store import Store
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, settled

_SOON, _STEP = timedelta(minutes=1), timedelta(minutes=30)


class PollsContract(LedgerFixtures):
    """Messages of which nothing was heard are asked about, each at its time, by one process."""

    def test_a_message_is_asked_about_once_it_is_old_enough(self, ledger: Ledger) -> None:
        _accepted(ledger, "anna", "ben")

        assert ledger.polls.take("email", _SOON, after(30)) == []
        taken = ledger.polls.take("email", _SOON, after(100))

        assert [one.ref for one in taken] == ["M-anna", "M-ben"]
        assert ledger.polls.take("sms", _SOON, after(200)) == []

    def test_two_processes_share_one_right_to_ask(
        self, ledger: Ledger, open_store: Callable[[], Store]
    ) -> None:
        _accepted(ledger, "anna")
        with closing(Ledger(open_store())) as other:
            taken = [each.polls.take("email", _SOON, after(100)) for each in (ledger, other)]

        assert [len(one) for one in taken] == [1, 0]

    def test_it_is_asked_less_and_less_often_and_not_for_ever(self, ledger: Ledger) -> None:
        _accepted(ledger, "anna")
        now, asked = after(60), []
        while now < NOON + LONGEST + 20 * _STEP:
            asked += [now] if ledger.polls.take("email", _SOON, now) else []
            now += _STEP

        pauses = [later - earlier for earlier, later in pairwise(asked)]
        assert pauses == sorted(pauses)
        assert len(asked) < 15
        assert asked[-1] <= NOON + LONGEST

    def test_what_was_heard_of_is_not_asked_about(self, ledger: Ledger) -> None:
        _accepted(ledger, "anna", "ben")
        news = Receipt(ref="M-anna", state=ReceiptState.ACCEPTED, event="sent")
        ledger.receipts.record([ChannelReceipt("email", AddressKind.EMAIL, news)], after(10))

        assert [one.ref for one in ledger.polls.take("email", _SOON, after(100))] == ["M-ben"]


def _accepted(ledger: Ledger, *receivers: str) -> None:
    """Record a notice that a provider accepted for these people, with an id for each."""
    new = notice(incident(), 1, owed(*receivers))
    recorded, run = ledger.incidents.record(new, NOON), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    for one in claim(work, "email"):
        done = settled(one, DeliveryState.ACCEPTED, "accepted", accepted=(Accepted(f"M-{one.receiver}"),))
        work.turn([done], {}, NOON)
    run.end()
