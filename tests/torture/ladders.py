"""Random escalations: answers, failures, processes that are killed, and processes that work side by side."""

from __future__ import annotations

from collections.abc import Iterator

from tests.cadence.random_escalations import run
from tests.torture.companies import Companies
from tests.torture.report import Line, Options


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    """Play many escalations, each with its own seed."""
    del companies  # an escalation has a company of its own
    line = Line(name="ladders")
    for number in range(options.count(40, 1000)):
        folder = options.folder / f"ladder-{number}"
        folder.mkdir()
        for broken in run(folder, f"{options.seed}/{number}"):
            line.expect(False, f"escalation {number}: {broken}")
        line.add(escalations=1)
    yield line
