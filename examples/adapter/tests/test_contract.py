"""The adapter, held to the contract that broadcast ships. Run it where the package is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadcast.adapters import Accepted, Attempted, NotSent, Reconciles
from broadcast.testing.adapter_contract import AdapterContract, Case, using
from broadcast.testing.samples import NASTY, now, outgoing


class TestLogfile(AdapterContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> Case:
        return Case(adapter="logfile", options={"path": str(tmp_path / "hall.log")}, secrets=(), address=None)

    @pytest.mark.parametrize("text", NASTY)
    async def test_what_was_written_is_found_and_not_written_twice(
        self, case: Case, tmp_path: Path, text: str
    ) -> None:
        message = outgoing(None, text=text)
        async with using(case.build(None)) as adapter:
            assert await adapter.send([message]) == [Accepted(message.key)]
            assert await adapter.send([message]) == [Accepted(message.key)]
            assert isinstance(adapter, Reconciles)
            assert await adapter.find([Attempted(message, now())]) == [Accepted(message.key)]
        assert len((tmp_path / "hall.log").read_text(encoding="utf-8").splitlines()) == 1

    async def test_a_full_or_missing_folder_is_no_loss(self, case: Case, tmp_path: Path) -> None:
        async with using(case.build(None, path=str(tmp_path / "missing" / "hall.log"))) as adapter:
            [outcome] = await adapter.send([outgoing(None)])
        assert isinstance(outcome, NotSent)
