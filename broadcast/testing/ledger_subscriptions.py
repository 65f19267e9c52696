"""How subscriptions are asked for, confirmed, ended and erased."""

from __future__ import annotations

from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.subscriptions import MOST_IN_HOUR, MOST_OF_ADDRESS, RequestOutcome, RequestState
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import LIFETIME, Subscription, SubscriptionRequest
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after

_HOUR, _DAY = 3600.0, 86400.0
_BY = Author("Ada", after(9000))


def _wish(name: str = "anna", **more: object) -> Subscription:
    return Subscription(
        audience="customers",
        kind=AddressKind.EMAIL,
        address=f"{name}@kunde.example",
        locale="de",
        **more,  # type: ignore[arg-type]  # tests name the fields
    )


def _asked(ledger: Ledger, wish: Subscription) -> SubscriptionRequest:
    assert ledger.subscriptions.request(wish, NOON) is RequestOutcome.RECORDED
    return ledger.subscriptions.of_address(wish.kind, wish.address).requests[-1]


class SubscriptionsContract(LedgerFixtures):
    """A person is a subscriber once they confirmed it, and until they or somebody for them ends it."""

    def test_only_a_confirmed_request_makes_a_subscriber(self, ledger: Ledger) -> None:
        request = _asked(ledger, _wish(services=("checkout",), source="https://notify.muster.example"))
        before = ledger.subscriptions.subscribers()

        done = [ledger.subscriptions.confirm(request.id, after(60)) for _ in range(2)]

        assert (before, done) == ([], [True, False])
        (subscriber,) = ledger.subscriptions.subscribers()
        assert subscriber.subscription == request.subscription
        assert (subscriber.requested_at, subscriber.confirmed_at) == (NOON, after(60))
        used = ledger.subscriptions.find(request.id)
        assert used
        assert (used.subscription.address, used.confirmed_at) == ("", after(60))

    def test_an_expired_request_is_not_confirmed_and_its_address_is_erased(self, ledger: Ledger) -> None:
        request = _asked(ledger, _wish())
        late = after(LIFETIME.total_seconds())

        assert not ledger.subscriptions.confirm(request.id, late)
        assert ledger.subscriptions.erase_expired(late) == 1
        found = ledger.subscriptions.find(request.id)
        assert found
        assert found.subscription.address == ""
        assert ledger.subscriptions.to_send(late) == []

    def test_who_confirms_again_has_one_subscription_with_the_latest_choice(self, ledger: Ledger) -> None:
        for services in (("checkout",), ()):
            ledger.subscriptions.confirm(_asked(ledger, _wish(services=services)).id, after(60))

        assert [one.subscription.services for one in ledger.subscriptions.subscribers()] == [()]

    def test_an_address_is_asked_a_few_times_a_day(self, ledger: Ledger) -> None:
        answers = [ledger.subscriptions.request(_wish(), after(n)) for n in range(MOST_OF_ADDRESS + 1)]

        assert answers == [RequestOutcome.RECORDED] * MOST_OF_ADDRESS + [RequestOutcome.TOO_OFTEN]
        assert ledger.subscriptions.request(_wish("ben"), after(10)) is RequestOutcome.RECORDED
        assert ledger.subscriptions.request(_wish(), after(_DAY + 10)) is RequestOutcome.RECORDED

    def test_all_addresses_together_are_asked_so_often_in_an_hour(self, ledger: Ledger) -> None:
        answers = {ledger.subscriptions.request(_wish(f"n{n}"), NOON) for n in range(MOST_IN_HOUR)}

        assert answers == {RequestOutcome.RECORDED}
        assert ledger.subscriptions.request(_wish(), NOON) is RequestOutcome.TOO_MANY
        assert ledger.subscriptions.request(_wish(), after(_HOUR)) is RequestOutcome.RECORDED

    def test_an_address_that_complained_is_not_asked_and_one_that_opted_out_is(self, ledger: Ledger) -> None:
        for name, reason in (
            ("anna", SuppressionReason.OPTED_OUT),
            ("ben", SuppressionReason.COMPLAINED),
        ):
            wish = _wish(name)
            ledger.suppressions.add(
                [suppression(ledger.secret(), wish.kind, wish.address, reason, "a file", NOON)]
            )

        assert ledger.subscriptions.request(_wish("ben"), NOON) is RequestOutcome.NEVER
        ledger.subscriptions.confirm(_asked(ledger, _wish("anna")).id, after(60))
        assert [one.reason for one in ledger.suppressions.all()] == [SuppressionReason.COMPLAINED]

    def test_one_process_sends_the_message_of_a_request(self, ledger: Ledger) -> None:
        request = _asked(ledger, _wish())

        assert [one.id for one in ledger.subscriptions.to_send(after(1))] == [request.id]
        assert [ledger.subscriptions.claim(request) for _ in range(2)] == [True, False]
        assert ledger.subscriptions.to_send(after(1)) == []
        ledger.subscriptions.settle(request, RequestState.SENT)
        assert ledger.subscriptions.to_send(after(1)) == []

    def test_a_message_that_was_not_sent_is_tried_five_times(self, ledger: Ledger) -> None:
        request = _asked(ledger, _wish())
        tries = 0
        while ledger.subscriptions.claim(request):
            tries += 1
            ledger.subscriptions.settle(request, RequestState.PLANNED)

        assert tries == 5

    def test_a_subscriber_changes_the_choice_and_ends_it(self, ledger: Ledger) -> None:
        wish = _wish()
        ledger.subscriptions.confirm(_asked(ledger, wish).id, after(60))
        digest = ledger.suppressions.digest(wish.kind, "ANNA@kunde.example")

        assert ledger.subscriptions.choose(digest, ("chat",), "en")
        (subscriber,) = ledger.subscriptions.of(digest).subscribers
        assert (subscriber.subscription.services, subscriber.subscription.locale) == (("chat",), "en")
        assert [ledger.subscriptions.end(digest) for _ in range(2)] == [True, False]
        assert not ledger.subscriptions.choose(digest, (), "de")

    def test_forgetting_a_person_removes_subscription_and_requests(self, ledger: Ledger) -> None:
        for name in ("anna", "ben"):
            ledger.subscriptions.confirm(_asked(ledger, _wish(name)).id, after(60))
        _asked(ledger, _wish())
        nothing = frozenset[str]()
        anna = (AddressKind.EMAIL, "anna@kunde.example")
        person = Forgetting(people=(), names=nothing, addresses=(anna,), digests=nothing)

        ledger.erasure.forget(person, ledger.secret(), _BY)

        assert not ledger.subscriptions.of_address(*anna)
        assert [one.subscription.address for one in ledger.subscriptions.subscribers()] == [
            "ben@kunde.example"
        ]

    def test_a_purge_removes_old_requests_and_no_subscriber(self, ledger: Ledger) -> None:
        ledger.subscriptions.confirm(_asked(ledger, _wish()).id, after(60))
        _asked(ledger, _wish("ben"))
        later = after(LIFETIME.total_seconds() + 1)

        assert (ledger.erasure.requests(NOON), ledger.erasure.requests(later)) == (0, 2)
        ledger.erasure.purge([], _BY, later)

        assert ledger.erasure.requests(later) == 0
        assert len(ledger.subscriptions.subscribers()) == 1
