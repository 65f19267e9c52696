"""Code for one database engine stays in its folder, so that another engine is another folder."""

from __future__ import annotations

from tests.architecture.test_dependencies import modules_imported_by
from tests.architecture.tree import PACKAGE, ROOT, python_files

LEDGER = PACKAGE / "ledger"
#: Reads a database of the organisation, which is no ledger.
FOREIGN = "broadcast/crm/customer_database.py"


def outside(folder, *names):
    """Return the files outside a folder that import one of these modules, or a module below one."""
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    return [
        str(path.relative_to(ROOT))
        for path in ours
        if not path.is_relative_to(folder)
        and any(f"{module}.".startswith(f"{name}.") for module in modules_imported_by(path) for name in names)
    ]


def test_only_its_own_folder_imports_sqlite():
    assert outside(LEDGER / "sqlite", "sqlite3") == [FOREIGN]


def test_only_the_ledger_imports_an_engine():
    assert outside(LEDGER, "broadcast.ledger.sqlite") == []
