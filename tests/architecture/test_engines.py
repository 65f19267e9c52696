"""What is an engine's own stays in its folder, so that another engine is another folder."""

from __future__ import annotations

from tests.architecture.test_dependencies import modules_imported_by
from tests.architecture.tree import PACKAGE, ROOT, python_files

LEDGER = PACKAGE / "ledger"


def outside(folder, *names):
    """Files of the package outside a folder that import one of these modules, or one below it."""
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    return [
        str(path.relative_to(ROOT))
        for path in ours
        if not path.is_relative_to(folder)
        and any(f"{module}.".startswith(f"{name}.") for module in modules_imported_by(path) for name in names)
    ]


def test_sqlite_is_spoken_in_its_own_folder_alone():
    assert outside(LEDGER / "sqlite", "sqlite3") == []


def test_the_ledger_alone_knows_which_engine_it_has():
    assert outside(LEDGER, "broadcast.ledger.sqlite") == []
