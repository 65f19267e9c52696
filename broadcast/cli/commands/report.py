"""`report`: the story of an incident."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import opened
from broadcast.cli.options import AnyIncident, Common
from broadcast.errors import UsageError
from broadcast.model.clock import SystemClock
from broadcast.model.text import printable
from broadcast.wiring import load_settings


class Format(StrEnum):
    """What a report is written in."""

    MARKDOWN = "md"
    HTML = "html"


AsFormat = Annotated[
    Format | None, typer.Option("--format", metavar="FORM", help="md or html; else as --out ends, else md.")
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there.")]
Language = Annotated[str | None, typer.Option(metavar="LOCALE", help="de or en; else the organisation's.")]


@command("broadcast report INC-7", "broadcast report INC-7 --out report.html")
def report(
    incident: AnyIncident, common: Common, form: AsFormat = None, out: Out = None, lang: Language = None
) -> None:
    """The story of an incident: who was told what when, who was not, and which promises were kept."""
    from broadcast.reports.html import as_html
    from broadcast.reports.markdown import as_markdown
    from broadcast.reports.story import build

    settings = load_settings(common.config, sandbox=common.sandbox)
    with opened(settings) as ledger:
        story = build(ledger, incident, SystemClock().now(), settings.timezone)
    html = form is Format.HTML or (form is None and out is not None and out.suffix in {".html", ".htm"})
    text = (as_html if html else as_markdown)(story, lang or settings.locale)
    if out is None:
        common.out.write(printable(text))
        return
    _save(text, out)
    common.err.write(f"written: {printable(str(out))}\n")


def _save(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="name another file with --out"
        ) from None
