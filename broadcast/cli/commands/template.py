"""`template`: check the texts before they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Quote, StyledWord, Table, Tone, line
from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.model.channel import ChannelKind
from broadcast.model.counted import counted
from broadcast.model.nearest import suggest
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.model.text import printable
from broadcast.wiring import load_settings, make_catalogue, make_renderer, post_limits

if TYPE_CHECKING:
    from broadcast.rendering.proof_page import Specimen

SCHEMA = "broadcast.lint/1"
_WRONG = 7
_TONES = {"error": Tone.BAD, "warning": Tone.WARNING}

Languages = Annotated[
    list[str] | None, typer.Option("--lang", metavar="LOCALE", help="Only this language; repeat for more.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings are errors, too.")]
Kind = Annotated[
    str, typer.Argument(metavar="KIND", help="sms, email, social, page, chat, voice, desk or hotline.")
]
Phase = Annotated[
    str | None,
    typer.Option(
        metavar="SITUATION",
        help="The situation: investigating, update, down_again, resolved, moved ...",
        autocompletion=completion.templates,
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every situation, on one page.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --all: write an HTML page of all languages; only an unchanged page is overwritten.",
    ),
]
Audience = Annotated[
    str,
    typer.Option(
        "--audience",
        "-a",
        metavar="NAME",
        help="The audience that reads the text.",
        autocompletion=completion.audiences,
    ),
]
Language = Annotated[str | None, typer.Option(metavar="LOCALE", help="The language of the text.")]


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """The reader of the text."""

    audience: Audience = "customers"
    lang: Language = None


_CUSTOMERS = ReaderChoice()


@command("broadcast template list", name="list")
def list_templates(common: Common) -> None:
    """List every template and its place."""
    catalogue = make_catalogue(_settings(common))
    rows = []
    for name in catalogue.names():
        source = catalogue.find(name)
        rows.append((StyledWord(name, Tone.STRONG), str(source.path.parent) if source else ""))
    show([Table(("template", "folder"), tuple(rows))], common.out)


@command("broadcast template lint", "broadcast template lint --strict -o json")
def lint(
    common: Common, lang: Languages = None, strict: Strict = False, output: ListForm = OutputForm.HUMAN
) -> int:
    """Check every text with made-up facts: gaps, contradictions, lengths.

    The exit code is 7 if one is wrong.
    """
    from broadcast.rendering.lint import lint as prove
    from broadcast.rendering.samples import Organisation

    settings = _settings(common)
    catalogue = make_catalogue(settings)
    locales = tuple(lang or catalogue.locales())
    for locale in locales:
        if locale not in catalogue.locales():
            raise UsageError(
                f"there are no texts in {locale}", hint=f"there are: {', '.join(catalogue.locales())}"
            )
    organisation = Organisation(settings.organisation, settings.timezone, settings.letterhead)
    audiences = [audience.template_audience for audience in settings.audiences.values()]
    found = prove(catalogue, locales, post_limits(settings), organisation, audiences)
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, "findings": [asdict(finding) for finding in found]}, common.out)
    else:
        rows = tuple(
            (StyledWord(f.severity, _TONES[f.severity]), f.template, f.problem, f.hint) for f in found
        )
        templates = counted(len(catalogue.names()), "template")
        clean = line(StyledWord("ok:", Tone.GOOD), f"{templates} in {', '.join(locales)}")
        show([Table(("what", "template", "problem", "fix"), rows)] if rows else [clean], common.out)
    return _WRONG if any(strict or finding.severity == "error" for finding in found) else 0


@command(
    "broadcast template render sms --phase investigating",
    "broadcast template render email -a agents --lang en --phase resolved",
    "broadcast template render sms --all --out texts.html",
)
def render(
    kind: Kind,
    common: Common,
    phase: Phase = None,
    reader: ReaderChoice = _CUSTOMERS,
    every: All = False,
    out: Out = None,
) -> None:
    """Show one text with made-up facts; `notify --dry-run` shows it with the real ones."""
    from broadcast.rendering.proof_page import specimen, specimens
    from broadcast.rendering.samples import Organisation, situation_named

    _refuse_contradiction(phase, out, every=every)
    settings = _settings(common)
    channel = ChannelKind(_known(kind, [one.value for one in ChannelKind], "kind of channel"))
    names = [*(one.value for one in Situation), *(one.value for one in TextPhase)]
    situation = situation_named(_known(phase or "investigating", names, "situation"))
    catalogue = make_catalogue(settings)
    renderer = make_renderer(settings, catalogue)
    organisation = Organisation(settings.organisation, settings.timezone, settings.letterhead)
    locales = (reader.lang,) if reader.lang else catalogue.locales() if out else (settings.locale,)
    if not every:
        shown = [specimen(renderer, organisation, reader.audience, channel, locales[0], situation)]
    else:
        shown = specimens(renderer, organisation, reader.audience, channel, locales)
    if out is None:
        show([_text_quote(one, named=every) for one in shown], common.out)
        return
    _write(shown, reader.audience, channel, out, common)


def _refuse_contradiction(phase: str | None, out: Path | None, *, every: bool) -> None:
    if every and phase:
        raise UsageError("--all shows every situation, and --phase one", hint="leave one of them out")
    if out and not every:
        raise UsageError("--out is for the page of all situations", hint="add --all, or redirect the output")


def _write(shown: Sequence[Specimen], audience: str, kind: ChannelKind, out: Path, common: Common) -> None:
    from broadcast.rendering.proof_page import as_html
    from broadcast.reports.save import save

    if out.suffix.lower() not in {".html", ".htm", ".xhtml"}:
        hint = f"write {out.with_suffix('.html').name}"
        raise UsageError(f"the page is HTML, and {out.name} does not end in .html", hint=hint)
    save(as_html(shown, audience, kind), out, "a page of texts")
    common.err.write(f"written: {printable(str(out))}\n")


def _text_quote(one: Specimen, *, named: bool) -> Block:
    """Return one text with its template and length, and its situation if `named`."""
    message = one.rendered.message
    text = f"{message.subject}\n\n{message.text}" if message.subject else message.text
    heading = f"{one.rendered.template}: {one.rendered.units}"
    return Quote(f"{one.situation}, {heading}" if named else heading, text)


def _settings(common: Common) -> Settings:
    return load_settings(common.config, sandbox=common.sandbox)


def _known(word: str, known: list[str], what: str) -> str:
    if word in known:
        return word
    raise UsageError(f"there is no {what} {word}", hint=suggest(word, known))


template = group(
    "template",
    "List, check and try the texts.",
    [list_templates, lint, render],
    ["broadcast template lint", "broadcast template render sms --phase resolved --lang en"],
)
