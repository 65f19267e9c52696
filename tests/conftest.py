"""What holds for every test, and the companies that tests of several packages use.

Fixtures import what they need themselves, so that a test of one pure module starts at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from broadcast.sandbox.server import Sandbox
    from tests.harness.company import Company
    from tests.harness.processes import Daemon
    from tests.harness.program import Program
    from tests.harness.program_company import CustomerCompany, ProgramCompany

# How long an example takes depends on what else the machine does; nothing is asserted by it.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox in a thread of this process."""
    from tests.harness.sandbox import running_sandbox

    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session", autouse=True)
def _secrets() -> None:
    from tests.harness.configurations import ENVIRONMENT

    os.environ.update(ENVIRONMENT)


@pytest.fixture(scope="session")
def _daemon(_secrets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    from broadcast.sandbox.daemon import ensure_running, stop
    from tests.harness.processes import Daemon

    folder = tmp_path_factory.mktemp("sandbox")
    address = ensure_running(folder)
    yield Daemon(address.url, address.smtp_port)
    stop(folder)


@pytest.fixture
def daemon(_daemon: Daemon) -> Daemon:
    """A sandbox in a process of its own, which outlives those that are killed; earlier messages are gone."""
    _daemon.forget()
    return _daemon


@pytest.fixture
def company(_secrets: None, sandbox: Sandbox, tmp_path: Path) -> Company:
    """A company whose providers `sandbox` plays."""
    from tests.harness.company import Company

    company = Company(
        folder=tmp_path, url=sandbox.url, smtp_port=sandbox.smtp_port, received=lambda: sandbox.received
    )
    company.configure()
    return company


@pytest.fixture
def broadcast(tmp_path: Path) -> Iterator[Program]:
    """The program in an empty folder; a sandbox that it started there is stopped at the end."""
    from tests.harness.program import run

    yield lambda *arguments, **options: run(tmp_path, *arguments, **options)
    if (tmp_path / ".sandbox").is_dir():
        from broadcast.sandbox import daemon

        daemon.stop(tmp_path / ".sandbox")


@pytest.fixture
def page_only(tmp_path: Path) -> Path:
    """A configuration that publishes on a page in a folder, and nowhere else; the page's folder."""
    from tests.harness.configurations import PAGE_ONLY

    (tmp_path / "broadcast.toml").write_text(PAGE_ONLY, encoding="utf-8")
    return tmp_path / "public"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that `init --sandbox` filled; its sandbox is stopped at the end."""
    from broadcast.sandbox import daemon
    from tests.harness.program import run

    folder = tmp_path_factory.mktemp("rehearsal")
    outcome = run(folder, "init", "--sandbox", "--locale", "de")
    assert outcome.returncode == 0, outcome.stderr
    yield folder
    daemon.stop(folder / ".sandbox")


@pytest.fixture
def rehearse(rehearsal: Path) -> Program:
    """The program, sending to the sandbox."""
    from tests.harness.program import run

    return lambda *arguments, **options: run(rehearsal, "--sandbox", *arguments, **options)


@pytest.fixture
def muster(tmp_path: Path) -> Iterator[CustomerCompany]:
    """Three customers with a mailbox and a number each, told by e-mail alone."""
    from tests.harness.program_company import PEOPLE, CustomerCompany, program_company

    with program_company(tmp_path) as made:
        made.write_contacts("customers", PEOPLE)
        muster = CustomerCompany(made)
        muster.audiences(customers='lanes = [["email"]]')
        yield muster


@pytest.fixture(scope="module")
def _mail_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProgramCompany]:
    from tests.harness.program_company import program_company

    with program_company(tmp_path_factory.mktemp("company")) as made:
        yield made


@pytest.fixture
def mail_company(_mail_company: ProgramCompany) -> ProgramCompany:
    """A company of three customers, told by e-mail alone, with an empty ledger."""
    from tests.harness.program_company import PEOPLE, CustomerCompany

    _mail_company.forget()
    _mail_company.configure()
    _mail_company.write_contacts("customers", PEOPLE)
    CustomerCompany(_mail_company).audiences(customers='lanes = [["email"]]')
    return _mail_company
