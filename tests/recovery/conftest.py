from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.stage import Company, company

PEOPLE = [
    {
        "id": f"kd4711-{n}",
        "name": name,
        "email": f"{name.lower()}@kunde.example",
        "phone": f"+4915112345{n}78",
    }
    for n, name in enumerate(("Annika", "Bert", "Carl"))
]


@pytest.fixture(scope="module")
def _company(tmp_path_factory) -> Iterator[Company]:
    with company(tmp_path_factory.mktemp("company")) as made:
        yield made


@pytest.fixture
def muster(_company: Company) -> Company:
    """A company of three customers, told by e-mail alone, with an empty ledger."""
    _company.forget()
    _company.configure()
    text = (_company.folder / "broadcast.toml").read_text(encoding="utf-8")
    kept, _, _ = text.partition("[audiences.customers]")
    _company.write(
        "broadcast.toml", kept + '[audiences.customers]\ncontacts = ["customers.csv"]\nlanes = [["email"]]\n'
    )
    _company.people("customers", PEOPLE)
    return _company
