"""Kind: whatever people answer and whatever fails, nobody is asked after the end, or twice on one channel."""

from __future__ import annotations

import pytest

from tests.cadence.random_escalations import run


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_no_rule_is_broken(tmp_path, seed):
    assert run(tmp_path, seed) == []
