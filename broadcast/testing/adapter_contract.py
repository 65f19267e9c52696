"""The part of the adapter contract that needs no network: names, options, errors of the configuration."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Outcome
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned

TIMEOUT = 0.4  # seconds; the deadline of an attempt
LEEWAY = 0.6  # seconds that a busy machine may add
CONNECTIONS = 8


@dataclass(frozen=True, kw_only=True)
class Case:
    """One adapter, and its provider's answer when it accepts.

    Attributes:
        options: Its `[channels.NAME]` table, secrets as plain values.
        secrets: The secrets among them, which must never appear in an outcome.
        address: A person's address; None for a channel that publishes.
        provider: The sandbox's name for it.
        required: The options without which it must not be built (by default all).
        logins: Answers, by path, to requests that it makes once before it sends.
        requests: The number of requests for one message; only the last one delivers it.
        asks: The HTTP method of its harmless requests.
    """

    adapter: str
    options: Mapping[str, object]
    secrets: tuple[str, ...]
    address: str | None
    accepted: Canned = field(default_factory=Canned)
    provider: str = ""
    required: tuple[str, ...] = ()
    logins: Mapping[str, Canned] = field(default_factory=dict)
    requests: int = 1
    asks: str = "GET"

    def build(self, base_url: str | None, deadline: float = TIMEOUT, **options: object) -> Adapter:
        """Return the adapter, built by the registry."""
        return registry.build(self.settings(base_url, deadline, {**self.options, **options}))

    def settings(
        self, base_url: str | None, deadline: float, options: Mapping[str, object]
    ) -> ChannelSettings:
        """Return the settings of a channel called `under-test`."""
        return ChannelSettings(
            name="under-test",
            adapter=self.adapter,
            origin="broadcast.toml, [channels.under-test]",
            base_url=base_url,
            timeout=deadline,
            concurrency=CONNECTIONS,
            options=options,
        )

    async def send(self, base_url: str, deadline: float = TIMEOUT) -> Outcome:
        """Return the outcome of one message."""
        async with using(self.build(base_url, deadline)) as adapter:
            outcomes = await adapter.send([outgoing(self.address)])
        assert len(outcomes) == 1
        return outcomes[0]


@contextlib.asynccontextmanager
async def using(adapter: Adapter) -> AsyncIterator[Adapter]:
    """Return the adapter for a `with` block, and close it afterwards."""
    try:
        yield adapter
    finally:
        await adapter.close()


class AdapterContract:
    """How an adapter must be built and configured.

    Subclass it for an adapter without HTTP, and give the fixture `case`. Adapters over HTTP subclass
    `HttpAdapterContract`, which includes these tests.

    Example:
        class TestPigeon(AdapterContract):
            @pytest.fixture
            def case(self) -> Case:
                return Case(
                    adapter="pigeon",
                    options={"token": "t0p"},
                    secrets=("t0p",),
                    address="+4915112345678",
                )

    Raises:
        AssertionError: A name or an option does not match, or an error has no hint.
        ConfigError: The registry does not know `case.adapter`.
    """

    def test_an_adapter_has_its_registered_name_and_declares_its_capabilities(self, case: Case) -> None:
        adapter = registry.adapter_class(case.adapter)

        assert adapter.name == case.adapter
        assert adapter.capabilities.publishes == (case.address is None)
        assert adapter.capabilities.max_batch >= 1
        assert case.options.keys() <= adapter.options

    def test_an_unknown_option_is_refused_and_its_place_is_named(self, case: Case) -> None:
        with pytest.raises(ConfigError, match=r"\[channels\.under-test\].*pasword") as raised:
            case.build(None, pasword="x")  # noqa: S106 - a misspelt option, not a password

        assert raised.value.hint

    def test_a_missing_option_is_named(self, case: Case) -> None:
        for key in case.required or case.options:
            given = {name: value for name, value in case.options.items() if name != key}
            with pytest.raises(ConfigError, match=rf"\[channels\.under-test\].*{key}") as raised:
                registry.build(case.settings(None, TIMEOUT, given))
            assert raised.value.hint
