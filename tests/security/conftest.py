from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.program_company import ProgramCompany, program_company


@pytest.fixture(scope="module")
def _company(tmp_path_factory) -> Iterator[ProgramCompany]:
    with program_company(tmp_path_factory.mktemp("company")) as made:
        yield made


@pytest.fixture
def muster(_company: ProgramCompany) -> ProgramCompany:
    """A company with an empty ledger, whose sandbox has received nothing."""
    _company.forget()
    _company.configure()
    return _company
