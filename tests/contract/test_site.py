"""The static page, held to what of the contract concerns an adapter that sends nothing over a wire."""

from __future__ import annotations

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Reconciles
from broadcast.model.outcome import Accepted, Health
from broadcast.model.outgoing import Attempted
from broadcast.testing.adapter_contract import AdapterContract, Case, using
from broadcast.testing.samples import NASTY, now, outgoing


class TestSite:
    @pytest.fixture
    def case(self, tmp_path):
        return Case(adapter="site", options={"path": str(tmp_path / "public")}, secrets=(), address=None)

    test_an_unknown_option_is_refused_and_its_place_is_named = (
        AdapterContract.test_an_unknown_option_is_refused_and_its_place_is_named
    )
    test_a_missing_option_is_named = AdapterContract.test_a_missing_option_is_named

    @pytest.mark.parametrize("text", NASTY)
    async def test_every_text_is_taken_and_found_again(self, case, text):
        message = outgoing(None, text=text)
        async with using(case.build(None)) as adapter:
            [sent] = await adapter.send([message])
            assert isinstance(adapter, Reconciles)
            [found] = await adapter.find([Attempted(message, now())])
        assert isinstance(sent, Accepted)
        assert found == sent

    async def test_a_probe_publishes_nothing(self, case, tmp_path):
        async with using(case.build(None)) as adapter:
            assert (await adapter.probe()).health is Health.OK
        assert list((tmp_path / "public").iterdir()) == []

    def test_it_needs_no_network(self):
        assert not registry.capabilities("site").networked
