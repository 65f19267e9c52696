from __future__ import annotations

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.testing.ledger_contract import LedgerContract


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def open_ledger(self, tmp_path):
        return lambda: Ledger.open(tmp_path / "ledger.db")
