from __future__ import annotations

from broadcast.channels import registry
from tests.architecture.tree import ROOT
from tests.harness.cases import for_every


@for_every("name", registry.names())
def test_an_adapter_is_held_to_the_contract(name):
    contract = ROOT / "tests/contract" / f"test_{name.replace('-', '_')}.py"

    assert "AdapterContract" in contract.read_text(encoding="utf-8")


@for_every("name", registry.names())
def test_an_adapter_goes_by_the_name_it_is_registered_under(name):
    assert registry.adapter_class(name).name == name
