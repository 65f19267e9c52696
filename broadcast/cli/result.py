"""A result on standard output, in the form that was asked for."""

from __future__ import annotations

from collections.abc import Container

from broadcast.cli.options import Common, Output
from broadcast.cli.output.show import json_text, show, show_json
from broadcast.operations.result import Result


def show_result(result: Result, output: Output, common: Common, warned: Container[str] = ()) -> None:
    """Write the result; for people, its warnings go to standard error, but for those that they have seen."""
    match output:
        case Output.JSON:
            show_json(result.as_json(), common.out)
        case Output.NDJSON:
            done = {"event": "done", **result.as_json()}
            common.out.write(json_text(done) + "\n")
        case Output.QUIET:
            common.out.write(f"{result.incident}\n")
        case Output.HUMAN:
            from broadcast.cli.output.results import result_page, warnings_page

            if not common.quiet:
                show(warnings_page(one for one in result.warnings if one not in warned), common.err)
            show(result_page(result), common.out)
