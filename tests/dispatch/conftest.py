from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcast.sandbox.daemon import ensure_running, stop
from broadcast.sandbox.server import Sandbox
from tests.dispatch.processes import Daemon
from tests.dispatch.stage import ENVIRONMENT, Company, playing


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with playing() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A sandbox in a process of its own."""
    folder = tmp_path_factory.mktemp("sandbox")
    address = ensure_running(folder)
    yield Daemon(address.url, address.smtp_port)
    stop(folder)


@pytest.fixture
def company(sandbox: Sandbox, tmp_path: Path) -> Company:
    company = Company(
        folder=tmp_path, url=sandbox.url, smtp_port=sandbox.smtp_port, received=lambda: sandbox.received
    )
    company.configure()
    return company
