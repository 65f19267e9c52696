from __future__ import annotations

import subprocess
import sys

import pytest

from broadcast.channels import registry
from broadcast.sandbox import providers
from tests.architecture.tree import PACKAGE
from tests.harness.cases import for_every

PLAYED_OTHERWISE = {"smtp", "site"}  # a dialogue, and files


@for_every("name", registry.names())
def test_every_adapter_of_ours_is_connected_to_a_provider(name):
    account = providers.account(name)

    assert (account is None) == (name in PLAYED_OTHERWISE)
    assert account is None or account.path.partition("/")[0] in providers.wire_classes()


@pytest.mark.parametrize("file", ["settings.py", "faults.py", "providers.py", "state.py"])
def test_only_the_wire_names_its_provider(file):
    text = (PACKAGE / "sandbox" / file).read_text(encoding="utf-8")

    assert [name for name in providers.wire_classes() if f'"{name}"' in text] == []


def test_settings_are_read_without_loading_any_wire():
    code = "import sys, broadcast.sandbox.settings, broadcast.sandbox.faults\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "broadcast.sandbox.providers" in loaded.split()
    assert "broadcast.sandbox.wire.matrix" not in loaded.split()
