from __future__ import annotations

import pytest

from broadcast.ledger.sqlite.store import open_sqlite
from broadcast.testing.ledger_contract import LedgerContract


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def open_store(self, tmp_path):
        return lambda: open_sqlite(tmp_path / "ledger.db")
