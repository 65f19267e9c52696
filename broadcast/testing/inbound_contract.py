"""The contract of adapters that receive requests of their provider: what they believe, what counts once."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Receives
from broadcast.config.settings import ChannelSettings
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt, ReceiptsApplied
from broadcast.ledger.records import Claim, Notice
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Forged, Inbound, InboundRequest, Malformed, Receipt
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import NOON, claim, incident, notice, owed, settled

CHANNEL = "under-test"
LARGEST = 256 * 1024  # bytes; `serve` reads no more
_BAD_BODIES = (
    *(b"", b"\xff\xfe", b"a=%ff", b"a=\xff", b"\x00", b"[", b"[]", b"{}", b"null", b"1e999", b'"\\ud800"'),
    *(b"[" * 100_000, b'{"a":' * 40_000, b"9" * 100_000, b"a" * LARGEST, b"&" * LARGEST, b"[1, null, {}]"),
    *(b'{"id": "\\u0000", "status": []}', b"payload=%7B", b"payload=[]", b'[{"event": 7, "key": {}}]'),
)
_WRONG = ("", "wrong", "v1=", "v0=00", "sha256=", "=" * 88, "a" * 4096, "\u00fc\u00df", "\x00")


@dataclass(frozen=True, kw_only=True)
class InboundCase:
    """An adapter, and requests of its provider.

    Attributes:
        options: Its `[channels.NAME]` table, secrets as plain values.
        other: Options of the same adapter with another secret.
        request: A request without its proof. For a `ReceiptContract`, it says that `ref` was delivered.
        sign: Adds the headers that prove the origin, to any request, as the provider does with `options`.
        proofs: The names of these headers, in lower case.
        failed: Like `request`, but says that the message did not arrive.
        ref: The reference that `Accepted` has for the message.
        signs_body: Whether a changed body is noticed; not if the proof is a fixed secret.
        signs_url: Whether a changed URL is noticed.
        recent: How old a request may be; None if the provider signs no time.
        base_url: The address of the provider, for an adapter that needs one.
    """

    adapter: str
    options: Mapping[str, object]
    other: Mapping[str, object]
    request: InboundRequest
    sign: Callable[[InboundRequest], InboundRequest]
    proofs: tuple[str, ...]
    failed: InboundRequest | None = None
    ref: str = ""
    signs_body: bool = True
    signs_url: bool = False
    recent: timedelta | None = None
    base_url: str | None = None

    def build(self, options: Mapping[str, object] | None = None) -> Receives:
        """Return the adapter, built by the registry; fails the test if it receives nothing."""
        settings = ChannelSettings(
            name=CHANNEL,
            adapter=self.adapter,
            origin=f"broadcast.toml, [channels.{CHANNEL}]",
            base_url=self.base_url,
            options=self.options if options is None else options,
        )
        adapter = registry.build(settings)
        assert isinstance(adapter, Receives)
        return adapter

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Return what the adapter reads in a request as it is."""
        return self.build().receive(request)


def request(path: str, body: bytes, **headers: str) -> InboundRequest:
    """Return a request to our public address at noon; `_` in the name of a header stands for `-`."""
    return InboundRequest(
        method="POST",
        url=f"https://notify.muster.example{path}",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        at=NOON,
    )


class InboundContract:
    """What an adapter must believe, and what it must refuse.

    Subclass it and give the fixture `case`.

    Example:
        class TestPigeonReceives(InboundContract):
            @pytest.fixture
            def case(self) -> InboundCase:
                return InboundCase(
                    adapter="pigeon",
                    options={"token": "t0p"},
                    other={"token": "0ther"},
                    request=request("/hooks/pigeon", b'{"id": "P1", "landed": true}'),
                    sign=lambda one: replace(one, headers={**one.headers, "pigeon-seal": seal(one.body)}),
                    proofs=("pigeon-seal",),
                )

    Raises:
        AssertionError: A forged request was believed, or a signed one was not.
    """

    def test_a_signed_request_says_something(self, case: InboundCase) -> None:
        assert case.receive(case.sign(case.request))

    def test_a_request_without_a_proof_is_forged(self, case: InboundCase) -> None:
        signed = case.sign(case.request)
        for name in case.proofs:
            headers = {key: value for key, value in signed.headers.items() if key != name}
            with pytest.raises(Forged):
                case.receive(replace(signed, headers=headers))

    @pytest.mark.parametrize("wrong", _WRONG)
    def test_a_wrong_proof_is_forged(self, case: InboundCase, wrong: str) -> None:
        signed = case.sign(case.request)
        for name in case.proofs:
            with pytest.raises(Forged):
                case.receive(replace(signed, headers={**signed.headers, name: wrong}))

    def test_a_proof_with_another_secret_is_forged(self, case: InboundCase) -> None:
        with pytest.raises(Forged):
            case.build(case.other).receive(case.sign(case.request))

    def test_a_changed_body_is_forged(self, case: InboundCase) -> None:
        if not case.signs_body:
            pytest.skip("the proof is a fixed secret, which does not cover the body")
        signed = case.sign(case.request)
        for body in (signed.body + b" ", signed.body.replace(b"1", b"2", 1) + b"&x=", _with_unknown(signed)):
            with pytest.raises(Forged):
                case.receive(replace(signed, body=body))

    def test_a_changed_address_is_forged(self, case: InboundCase) -> None:
        if not case.signs_url:
            pytest.skip("this provider does not sign the address")
        signed = case.sign(case.request)
        for url in (f"{signed.url}&x=1", f"{signed.url}?x=1", signed.url.replace("notify", "other")):
            with pytest.raises(Forged):
                case.receive(replace(signed, url=url))

    def test_the_same_request_again_says_the_same(self, case: InboundCase) -> None:
        signed = case.sign(case.request)

        assert case.receive(signed) == case.receive(signed)

    def test_the_age_of_a_request_is_judged_by_our_clock(self, case: InboundCase) -> None:
        signed = case.sign(case.request)
        if case.recent is None:
            assert case.receive(replace(signed, at=signed.at + timedelta(days=1))) == case.receive(signed)
            return
        for allowed in (case.recent, -case.recent):
            assert case.receive(replace(signed, at=signed.at + allowed)) == case.receive(signed)
        for refused in (case.recent + timedelta(seconds=1), -case.recent - timedelta(seconds=1)):
            with pytest.raises(Forged):
                case.receive(replace(signed, at=signed.at + refused))

    @pytest.mark.parametrize("body", _BAD_BODIES, ids=range(len(_BAD_BODIES)))
    def test_a_signed_body_without_sense_is_malformed_or_says_nothing(
        self, case: InboundCase, body: bytes
    ) -> None:
        try:
            said = case.receive(case.sign(replace(case.request, body=body)))
        except (Forged, Malformed):
            return
        assert list(said) == []

    def test_a_compressed_body_is_not_unpacked(self, case: InboundCase) -> None:
        headers = {**case.request.headers, "content-encoding": "gzip"}
        packed = replace(case.request, headers=headers, body=gzip.compress(case.request.body))
        try:
            said = case.receive(case.sign(packed))
        except (Forged, Malformed):
            return
        assert list(said) == []

    def test_unknown_fields_make_no_difference(self, case: InboundCase) -> None:
        more = case.sign(replace(case.request, body=_with_unknown(case.request)))

        assert case.receive(more) == case.receive(case.sign(case.request))

    def test_it_connects_to_nothing(self, case: InboundCase) -> None:
        adapter = case.build()
        with _connections() as connections:
            adapter.receive(case.sign(case.request))

        assert connections == []


class ReceiptContract(InboundContract):
    """The same for an adapter with receipts, which also go through a real ledger."""

    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[Ledger]:
        ledger = Ledger.open(tmp_path / "ledger.db")
        yield ledger
        ledger.close()

    @pytest.fixture
    def run(self, ledger: Ledger) -> Iterator[Run]:
        run = ledger.runs.begin()
        yield run
        run.end()

    def test_a_delivered_message_is_delivered(self, case: InboundCase, ledger: Ledger, run: Run) -> None:
        sending = _Sending(ledger=ledger, run=run)
        sending.accept(case.ref)

        applied = _record(ledger, case, case.request)

        assert (applied.recorded, applied.delivered, applied.unmatched) == (1, 1, 0)
        assert sending.state is DeliveryState.DELIVERED

    def test_a_failed_message_goes_on_along_its_lane(
        self, case: InboundCase, ledger: Ledger, run: Run
    ) -> None:
        sending = _Sending(ledger=ledger, run=run)
        sending.accept(case.ref)

        applied = _record(ledger, case, _failed(case))

        assert applied.planned
        assert sending.state is DeliveryState.PLANNED

    def test_an_early_receipt_waits_for_its_message(
        self, case: InboundCase, ledger: Ledger, run: Run
    ) -> None:
        sending = _Sending(ledger=ledger, run=run)
        assert _record(ledger, case, case.request).unmatched == 1

        sending.accept(case.ref)
        ledger.receipts.record([], NOON)

        assert sending.state is DeliveryState.DELIVERED

    def test_a_late_receipt_sends_nothing_on_another_channel(
        self, case: InboundCase, ledger: Ledger, run: Run
    ) -> None:
        sending = _Sending(ledger=ledger, run=run)
        sending.accept(case.ref)

        _record(ledger, case, _failed(case), late=timedelta(days=2))

        assert sending.state is DeliveryState.FAILED

    @pytest.mark.parametrize("order", list(permutations((0, 1, 0))))
    def test_order_and_repetition_do_not_take_a_delivery_back(
        self, case: InboundCase, ledger: Ledger, run: Run, order: tuple[int, ...]
    ) -> None:
        sending = _Sending(ledger=ledger, run=run)
        sending.accept(case.ref)

        recorded = [
            _record(ledger, case, (case.request, _failed(case))[one]).recorded for one in (*order, *order)
        ]

        assert sum(recorded) == 2
        assert sending.state is DeliveryState.DELIVERED


@dataclass(kw_only=True)
class _Sending:
    """One message of a notice, on its way through the channel."""

    ledger: Ledger
    run: Run
    notice: Notice = field(init=False, kw_only=True)
    work: Deliveries = field(init=False)
    claimed: Claim = field(init=False)

    def __post_init__(self) -> None:
        new = notice(incident(), 1, owed("anna", route=(CHANNEL, "backup")))
        self.notice = self.ledger.incidents.record(new, NOON)
        self.work = self.ledger.deliveries(self.notice.id, self.run, clock=SystemClock())
        (self.claimed,) = claim(self.work, CHANNEL)

    def accept(self, ref: str) -> None:
        """Record that the provider accepted it."""
        done = settled(self.claimed, DeliveryState.ACCEPTED, "accepted", accepted=(Accepted(ref),))
        self.work.turn([done], {}, NOON)

    @property
    def state(self) -> DeliveryState:
        """What the ledger says of it."""
        return states(self.ledger, self.notice)["anna"]


def _failed(case: InboundCase) -> InboundRequest:
    assert case.failed is not None, "a ReceiptContract needs `failed`"
    return case.failed


def _record(
    ledger: Ledger, case: InboundCase, unsigned: InboundRequest, late: timedelta = timedelta()
) -> ReceiptsApplied:
    said = case.receive(case.sign(unsigned))
    receipts = [ChannelReceipt(CHANNEL, AddressKind.PHONE, one) for one in said if isinstance(one, Receipt)]
    assert len(receipts) == len(said)
    return ledger.receipts.record(receipts, NOON + late)


def _with_unknown(given: InboundRequest) -> bytes:
    """Return the body with a field that nobody knows yet, at the front if it is JSON."""
    head, brace, tail = given.body.partition(b"{")
    if brace and not head.strip(b"[ \n"):
        return head + b'{"unknown_2": {"a": ["\xc3\xbc", null, 1.5]}, ' + tail
    return given.body + b"&Unknown2=%C3%BC&Unknown2="


class _connections:  # noqa: N801 - reads as a phrase after `with`
    """The connections that are opened inside a `with` block."""

    _open: list[list[Any]] = []  # noqa: RUF012 - shared by all, as the hook is
    _hooked = False

    def __enter__(self) -> list[Any]:
        if not _connections._hooked:
            # An audit hook cannot be removed; outside of the block it only looks at an empty list.
            sys.addaudithook(_heard)
            _connections._hooked = True
        heard: list[Any] = []
        self._open.append(heard)
        return heard

    def __exit__(self, *_error: object) -> None:
        self._open.pop()


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"}:
        for heard in _connections._open:  # noqa: SLF001 - of this module
            heard.append(arguments)
