"""The contract of ledgers: what every store must do for the engine, as tests.

A test names the rule of `broadcast.ledger.store` that it tests.
"""

from __future__ import annotations

from broadcast.testing.ledger_absences import AbsencesContract
from broadcast.testing.ledger_alerts import AlertsContract
from broadcast.testing.ledger_calls import CallsContract
from broadcast.testing.ledger_claims import ClaimsContract
from broadcast.testing.ledger_confirmations import ConfirmationsContract
from broadcast.testing.ledger_escalations import EscalationsContract
from broadcast.testing.ledger_follow_ups import FollowUpsContract
from broadcast.testing.ledger_inbox import InboxContract
from broadcast.testing.ledger_incidents import IncidentsContract
from broadcast.testing.ledger_polls import PollsContract
from broadcast.testing.ledger_proposals import ProposalsContract
from broadcast.testing.ledger_receipts import ReceiptsContract
from broadcast.testing.ledger_reminders import RemindersContract
from broadcast.testing.ledger_runs import RunsContract
from broadcast.testing.ledger_schedules import SchedulesContract
from broadcast.testing.ledger_store import StoreContract
from broadcast.testing.ledger_subscriptions import SubscriptionsContract
from broadcast.testing.ledger_unconfirmed import UnconfirmedContract
from broadcast.testing.ledger_waits import WaitsContract
from broadcast.testing.ledger_work import WorkContract


class LedgerContract(
    StoreContract,
    SubscriptionsContract,
    IncidentsContract,
    ClaimsContract,
    WaitsContract,
    FollowUpsContract,
    ReceiptsContract,
    ConfirmationsContract,
    InboxContract,
    CallsContract,
    AbsencesContract,
    PollsContract,
    ProposalsContract,
    AlertsContract,
    UnconfirmedContract,
    EscalationsContract,
    RemindersContract,
    SchedulesContract,
    WorkContract,
    RunsContract,
):
    """What a ledger must store and return, on any implementation of `broadcast.ledger.store.Store`.

    Subclass it and give the fixture `open_store`: each call opens another connection to the same ledger. Each
    base class is a suite of its own and can be run alone.

    Example:
        class TestMyLedger(LedgerContract):
            @pytest.fixture
            def open_store(self, tmp_path: Path) -> Callable[[], Store]:
                return lambda: open_my_store(tmp_path / "ledger")

    Raises:
        AssertionError: A state, a count or an order is wrong.
    """
