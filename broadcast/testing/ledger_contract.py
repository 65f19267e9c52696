"""What every ledger owes the engine, as tests.

A test file, whole:

    class TestMyLedger(LedgerContract):
        @pytest.fixture
        def open_store(self, tmp_path):
            return lambda: open_my_store(tmp_path / "ledger")

A store is what `broadcast.ledger.store` describes, with its three rules: a test names the one it tests.
The suites for each part can be run alone.
"""

from __future__ import annotations

from broadcast.testing.ledger_claims import ClaimsContract
from broadcast.testing.ledger_confirmations import ConfirmationsContract
from broadcast.testing.ledger_follow_ups import FollowUpsContract
from broadcast.testing.ledger_incidents import IncidentsContract
from broadcast.testing.ledger_receipts import ReceiptsContract
from broadcast.testing.ledger_runs import RunsContract
from broadcast.testing.ledger_store import StoreContract
from broadcast.testing.ledger_waits import WaitsContract


class LedgerContract(
    StoreContract,
    IncidentsContract,
    ClaimsContract,
    WaitsContract,
    FollowUpsContract,
    ReceiptsContract,
    ConfirmationsContract,
    RunsContract,
):
    """What a ledger must store and return.

    Needs the fixture `open_store`: each call opens another connection to one ledger.

    Example:
        class TestMyLedger(LedgerContract):
            @pytest.fixture
            def open_store(self, tmp_path):
                return lambda: open_my_store(tmp_path / "ledger")
    """
