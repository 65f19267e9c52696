"""`report`: the course of an incident."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import AnyIncident, Common, ListForm, OutputForm
from broadcast.errors import UsageError
from broadcast.model.clock import SystemClock
from broadcast.model.text import printable
from broadcast.wiring import load_settings


class Format(StrEnum):
    """The format of a report."""

    MARKDOWN = "md"
    HTML = "html"


_ENDINGS = {
    "": Format.MARKDOWN,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
}

AsFormat = Annotated[
    Format | None,
    typer.Option(
        "--format", metavar="FORM", help="md or html. Default: from the file name of --out, else md."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write to this file, readable by you alone; only an unchanged report is overwritten.",
    ),
]
Language = Annotated[
    str | None, typer.Option(metavar="LOCALE", help="de or en. Default: the organisation's.")
]


@command(
    "broadcast report INC-7", "broadcast report INC-7 --out report.html", "broadcast report INC-7 -o json"
)
def report(
    incident: AnyIncident,
    common: Common,
    form: AsFormat = None,
    out: Out = None,
    lang: Language = None,
    output: ListForm = OutputForm.HUMAN,
) -> None:
    """Write the report of an incident: who was told when, who was not, which promises were kept."""
    from broadcast.cli.output.display import show_json
    from broadcast.reports.analysis import build
    from broadcast.reports.as_json import as_json
    from broadcast.reports.html import as_html
    from broadcast.reports.markdown import as_markdown
    from broadcast.reports.save import save

    out = None if out == Path("-") else out
    if output is OutputForm.JSON and (out or form or lang):
        raise UsageError(
            "-o json has no format, language or file", hint="redirect it: broadcast report INC -o json > FILE"
        )
    form = _form(form, out)
    settings = load_settings(common.config, sandbox=common.sandbox)
    locale = _locale(lang, settings.locale, common)
    with use_ledger(settings) as ledger:
        story = build(ledger, incident, SystemClock().now(), settings.timezone)
    if output is OutputForm.JSON:
        show_json(as_json(story), common.out)
        return
    text = (as_html if form is Format.HTML else as_markdown)(story, locale)
    if out is None:
        common.out.write(printable(text))
        return
    save(text, out)
    common.err.write(f"written: {printable(str(out))}\n")


def _form(wanted: Format | None, out: Path | None) -> Format:
    """Return the format from --format or the file name; raises `UsageError` if they disagree."""
    if out is None:
        return wanted or Format.MARKDOWN
    ending = out.suffix.lower()
    named = _ENDINGS.get(ending)
    if ending == ".pdf" or (named is None and wanted is None):
        raise UsageError(
            f"a report is Markdown or HTML, and {out.name} has neither ending",
            hint=f"write {out.with_suffix('.html').name}; a browser prints it as PDF",
        )
    if wanted and named and ending and wanted is not named:
        raise UsageError(
            f"--format {wanted} does not go with {out.name}", hint="leave --format out, or name another file"
        )
    return wanted or named or Format.MARKDOWN


def _locale(wanted: str | None, own: str, common: Common) -> str:
    """Return the language of the report; raises `UsageError` for an unknown one."""
    from broadcast.reports.language import PHRASES

    known = " and ".join(PHRASES.languages())
    if wanted and not PHRASES.has(wanted):
        raise UsageError(f"there are no reports in {wanted}", hint=f"reports are written in {known}")
    if not wanted and not PHRASES.has(own):
        common.err.write(f"reports are written in {known}, not in {printable(own)}: this one is in en\n")
    return wanted or own
