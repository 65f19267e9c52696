"""`template`: the texts, before they are needed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.options import Common, Form, ListForm
from broadcast.cli.output.blocks import Block, Quote, Table, Tone, Word, line
from broadcast.cli.output.show import show, show_json
from broadcast.cli.suggest import nearest
from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.model.channel import ChannelKind
from broadcast.model.counted import counted
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.wiring import load_settings, make_catalogue, make_renderer, post_limits

SCHEMA = "broadcast.lint/1"
_WRONG = 7
_TONES = {"error": Tone.BAD, "warning": Tone.WARNING}

Languages = Annotated[
    list[str] | None, typer.Option("--lang", metavar="LOCALE", help="Only this language; repeat for more.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings are errors, too.")]
Kind = Annotated[str, typer.Argument(metavar="KIND", help="sms, email, social, page, chat, voice or desk.")]
Phase = Annotated[
    str,
    typer.Option(metavar="PHASE", help="Which set of texts.", autocompletion=completion.templates),
]
Audience = Annotated[
    str,
    typer.Option("--audience", "-a", metavar="NAME", help="For whom.", autocompletion=completion.audiences),
]
Language = Annotated[str | None, typer.Option(metavar="LOCALE", help="In which language.")]


@command("broadcast template list", name="list")
def list_templates(common: Common) -> None:
    """Every template that can be found, and where."""
    catalogue = make_catalogue(_settings(common))
    rows = []
    for name in catalogue.names():
        source = catalogue.find(name)
        rows.append((Word(name, Tone.STRONG), str(source.path.parent) if source else ""))
    show([Table(("template", "folder"), tuple(rows))], common.out)


@command("broadcast template lint", "broadcast template lint --strict -o json")
def lint(
    common: Common, lang: Languages = None, strict: Strict = False, output: ListForm = Form.HUMAN
) -> int:
    """Prove every text with made-up facts: holes, contradictions, lengths. Exit code 7 where one is wrong."""
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
    audiences = [audience.texts for audience in settings.audiences.values()]
    found = prove(catalogue, locales, post_limits(settings), organisation, audiences)
    if output is Form.JSON:
        show_json({"schema": SCHEMA, "findings": [asdict(finding) for finding in found]}, common.out)
    else:
        rows = tuple((Word(f.severity, _TONES[f.severity]), f.template, f.problem, f.hint) for f in found)
        templates = counted(len(catalogue.names()), "template")
        clean = line(Word("ok:", Tone.GOOD), f"{templates} in {', '.join(locales)}")
        show([Table(("what", "template", "problem", "fix"), rows)] if rows else [clean], common.out)
    return _WRONG if any(strict or finding.severity == "error" for finding in found) else 0


@command(
    "broadcast template render sms --phase investigating",
    "broadcast template render email -a agents --lang en --phase resolved",
)
def render(
    kind: Kind,
    common: Common,
    phase: Phase = "investigating",
    audience: Audience = "customers",
    lang: Language = None,
) -> None:
    """One text as it would read, from made-up facts; `notify --dry-run` shows it with the real ones."""
    from broadcast.rendering.samples import Organisation, sample_facts, situation_named, written_by

    settings = _settings(common)
    names = [*(one.value for one in Situation), *(one.value for one in TextPhase)]
    sample = sample_facts(situation_named(_known(phase, names, "situation")))
    facts = written_by(sample, Organisation(settings.organisation, settings.timezone, settings.letterhead))
    channel = ChannelKind(_known(kind, [one.value for one in ChannelKind], "kind of channel"))
    locale = lang or settings.locale
    rendered = make_renderer(settings, make_catalogue(settings)).render(facts, audience, locale, channel)
    text = rendered.message.text
    quoted = f"{rendered.message.subject}\n\n{text}" if rendered.message.subject else text
    page: list[Block] = [Quote(f"{rendered.template}: {rendered.units}", quoted)]
    show(page, common.out)


def _settings(common: Common) -> Settings:
    return load_settings(common.config, sandbox=common.sandbox)


def _known(word: str, known: list[str], what: str) -> str:
    if word in known:
        return word
    close = nearest(word, known)
    raise UsageError(
        f"there is no {what} {word}",
        hint=f"did you mean {close}?" if close else f"there are: {', '.join(known)}",
    )


template = group(
    "template",
    "List, check and try the texts.",
    [list_templates, lint, render],
    ["broadcast template lint", "broadcast template render sms --phase resolved --lang en"],
)
