from __future__ import annotations

import pytest

from broadcast.testing.adapter_contract import AdapterContract, Case


class TestApprise(AdapterContract):
    """Its requests are Apprise's own, so what is true of ours on the wire is not asked of it."""

    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="apprise",
            options={"apprise_url": "json://user:s3cret@127.0.0.1/"},
            secrets=("s3cret",),
            address=None,
        )
