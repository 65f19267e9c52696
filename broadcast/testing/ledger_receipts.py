"""How receipts are recorded and applied."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.records import Notice
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.ids import delivery_key
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

_S = DeliveryState
_DELIVERED = Receipt(ref="SG1", state=ReceiptState.DELIVERED, event="delivered")
_FAILED = Receipt(ref="SG1", state=ReceiptState.FAILED, event="bounce", reason="no such mailbox")


class ReceiptsContract(LedgerFixtures):
    """A receipt counts once, whenever it arrives, and may only raise the rank of its delivery."""

    def test_a_message_that_arrived_is_delivered(self, ledger: Ledger, run: Run) -> None:
        new = self._accepted(ledger, run, "anna")

        applied = ledger.receipts.record(_received(_DELIVERED), NOON)

        assert (applied.recorded, applied.delivered, applied.unmatched) == (1, 1, 0)
        assert states(ledger, new) == {"anna": _S.DELIVERED}

    def test_the_same_news_again_changes_nothing(self, ledger: Ledger, run: Run) -> None:
        self._accepted(ledger, run, "anna")
        ledger.receipts.record(_received(_DELIVERED), NOON)

        applied = ledger.receipts.record(_received(_DELIVERED, _DELIVERED), after(9))

        assert (applied.recorded, applied.repeated, applied.delivered) == (0, 2, 0)

    def test_a_message_that_did_not_arrive_goes_to_the_next_channel_once(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = self._accepted(ledger, run, "anna")

        applied = [ledger.receipts.record(_received(_FAILED), after(each)) for each in (1, 2)]

        assert [one.planned for one in applied] == [frozenset({"INC-1"}), frozenset()]
        assert states(ledger, new) == {"anna": _S.PLANNED}
        (failover,) = ledger.history.failovers(new.id)
        assert (failover.origin, failover.destination, failover.count) == ("email", "mail-backup", 1)
        (again,) = claim(ledger.deliveries(new.id, run, clock=SystemClock()), "mail-backup", seconds=3)
        assert (again.step, again.attempts) == (1, 1)

    def test_a_message_that_did_not_arrive_fails_without_another_channel(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = self._accepted(ledger, run, "anna", route=("email",))

        applied = ledger.receipts.record(_received(_FAILED), NOON)

        assert (applied.failed, applied.planned) == (1, frozenset())
        assert states(ledger, new) == {"anna": _S.FAILED}

    def test_a_receipt_after_a_day_sends_nothing_on_another_channel(self, ledger: Ledger, run: Run) -> None:
        new = self._accepted(ledger, run, "anna")

        ledger.receipts.record(_received(_FAILED), after(86_401))

        assert states(ledger, new) == {"anna": _S.FAILED}

    def test_a_message_that_did_not_arrive_is_cancelled_after_a_newer_notice(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = self._accepted(ledger, run, "anna")
        record(ledger, "anna")

        ledger.receipts.record(_received(_FAILED), after(9))

        assert states(ledger, new) == {"anna": _S.CANCELLED}

    @pytest.mark.parametrize("order", list(permutations((_DELIVERED, _FAILED, _DELIVERED))))
    def test_news_in_one_batch_has_the_effect_of_its_best(
        self, ledger: Ledger, run: Run, order: tuple[Receipt, ...]
    ) -> None:
        new = self._accepted(ledger, run, "anna")

        applied = ledger.receipts.record(_received(*order), NOON)

        assert (applied.recorded, applied.repeated) == (2, 1)
        assert (applied.delivered, applied.failed, applied.planned) == (1, 0, frozenset())
        assert states(ledger, new) == {"anna": _S.DELIVERED}

    def test_a_receipt_that_is_earlier_than_the_answer_waits_for_it(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")

        early = ledger.receipts.record(_received(_DELIVERED), NOON)
        work.turn([settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted("SG1"),))], {}, NOON)
        late = ledger.receipts.record([], after(1))

        assert (early.unmatched, early.delivered) == (1, 0)
        assert (late.unmatched, late.delivered) == (0, 1)
        assert states(ledger, new) == {"anna": _S.DELIVERED}

    def test_receipts_of_a_batch_with_one_id_are_matched_by_our_reference(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = self._accepted(ledger, run, "anna", "ben")

        ledger.receipts.record(_received(replace(_DELIVERED, key=_key(ledger, new, "ben"))), NOON)

        assert states(ledger, new) == {"anna": _S.ACCEPTED, "ben": _S.DELIVERED}

    def test_a_receipt_proves_that_a_message_with_a_lost_answer_was_accepted(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna", "ben")
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        lost = [settled(claimed, _S.UNKNOWN, "unknown") for claimed in claim(work, "email")]
        work.turn(lost, {}, NOON)

        ledger.receipts.record(_received(replace(_DELIVERED, key=_key(ledger, new, "ben"))), NOON)

        assert states(ledger, new) == {"anna": _S.UNKNOWN, "ben": _S.DELIVERED}

    def test_a_receipt_for_an_unknown_reference_changes_nothing(self, ledger: Ledger, run: Run) -> None:
        new = self._accepted(ledger, run, "anna")

        applied = ledger.receipts.record(_received(replace(_DELIVERED, ref="SG9")), NOON)

        assert (applied.recorded, applied.unmatched) == (1, 1)
        assert states(ledger, new) == {"anna": _S.ACCEPTED}

    def test_receipts_that_never_match_keep_no_new_one_from_being_applied(
        self, ledger: Ledger, run: Run
    ) -> None:
        strange = [replace(_DELIVERED, ref=f"SG-{number}") for number in range(1100)]
        ledger.receipts.record(_received(*strange), NOON)
        new = self._accepted(ledger, run, "anna")

        applied = ledger.receipts.record(_received(_DELIVERED), after(1))

        assert (applied.delivered, applied.unmatched) == (1, 0)
        assert states(ledger, new) == {"anna": _S.DELIVERED}

    def _accepted(
        self, ledger: Ledger, run: Run, *receivers: str, route: tuple[str, ...] = ("email", "mail-backup")
    ) -> Notice:
        """Return a notice that a provider accepted in one request with the id SG1."""
        new = record(ledger, *receivers, route=route)
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        one = (Accepted("SG1"),)
        work.turn(
            [settled(each, _S.ACCEPTED, "accepted", accepted=one) for each in claim(work, "email")], {}, NOON
        )
        return new


def _received(*receipts: Receipt) -> list[ChannelReceipt]:
    return [ChannelReceipt("email", AddressKind.EMAIL, receipt) for receipt in receipts]


def _key(ledger: Ledger, new: Notice, receiver: str) -> str:
    named = (new.identity,) if new.identity else (new.key or f"{new.incident}/{new.sequence}",)
    audience = ("customers",) if new.identity else ()
    return delivery_key(ledger.secret(), *named, *audience, receiver, "email")
