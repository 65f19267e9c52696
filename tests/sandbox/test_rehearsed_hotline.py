"""A rehearsal of the hotline asks no real service who calls, and no real model."""

from __future__ import annotations

import pytest

from broadcast.config.load import load
from broadcast.sandbox.daemon import SandboxAddress
from broadcast.sandbox.settings import in_sandbox
from tests.config.test_hotline import CHANNELS, LEAST

AI = '[ai]\nbase_url = "https://api.muster.example/v1"\nmodel = "small"\n'


@pytest.mark.parametrize(
    ("crm", "kept"),
    [('{ url = "https://crm.muster.example/{phone}" }', False), ('{ contacts = "customers" }', True)],
)
def test_only_files_are_asked(tmp_path, crm, kept):
    (tmp_path / "broadcast.toml").write_text(f"{CHANNELS}[hotline]\n{LEAST}crm = {crm}\n{AI}")

    settings = in_sandbox(load(None, {}, tmp_path), SandboxAddress("http://127.0.0.1:1", 1, started=False))

    assert settings.ai is None
    assert (settings.calls.crm is not None) is kept
