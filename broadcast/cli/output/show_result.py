"""Write a result to standard output in the chosen form."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import json_text, show, show_json
from broadcast.cli.output.page_blocks import line
from broadcast.cli.terminal import lost_output
from broadcast.publishing.result import SCHEMA, Result

if TYPE_CHECKING:
    from broadcast.publishing.retry import Retried

_NOTHING_OWED: dict[str, object] = {
    "schema": SCHEMA,
    "incident": None,
    "notice": None,
    "exit_code": 0,
    "changed": False,
    "sent_anything": False,
}


def show_result(
    result: Result, output: Output, zone: ZoneInfo, common: Common, warned: Container[str] = ()
) -> None:
    """Write the result, times in `zone`; for people, new warnings go to standard error."""
    with _report_lost_result(common):
        match output:
            case Output.JSON:
                show_json(result.as_json(), common.out)
            case Output.NDJSON:
                done = {"event": "done", **result.as_json()}
                common.out.write(json_text(done) + "\n")
            case Output.QUIET:
                common.out.write(f"{result.incident}\n")
            case Output.HUMAN:
                from broadcast.cli.output.result_pages import result_page, warnings_page

                if not common.quiet:
                    show(warnings_page(one for one in result.warnings if one not in warned), common.err)
                show(result_page(result, zone), common.out)


def show_retried(retried: Retried, output: Output, zone: ZoneInfo, common: Common) -> None:
    """Write the results of a retry: for people, every notice with unsent messages, one after the other.

    In JSON it is the latest result, with all of them under `notices`.
    """
    if output in {Output.HUMAN, Output.QUIET}:
        for result in retried.notices or filter(None, [retried.latest]):
            show_result(result, output, zone, common)
        if retried.latest is None and output is Output.HUMAN:
            show([line("nothing to do: every message of every incident is sent")], common.out)
        return
    latest = retried.latest.as_json() if retried.latest else _NOTHING_OWED
    found = latest | {"notices": [result.as_json() for result in retried.notices]}
    with _report_lost_result(common):
        if output is Output.JSON:
            show_json(found, common.out)
        else:
            common.out.write(json_text({"event": "done", **found}) + "\n")


@contextmanager
def _report_lost_result(common: Common) -> Iterator[None]:
    """Report on standard error that a result could not be written.

    The exit code still tells what was sent.
    """
    yield
    if error := lost_output():
        common.err.write(
            f"error: the result could not be written: {error.strerror}\n"
            "hint: the exit code says what was sent; `broadcast status` shows it again\n"
        )
