"""Check all texts before an outage: each audience, situation, kind and language is rendered.

The texts are rendered with sample facts. They must fit, tell readers what they need, state only given facts,
and keep internal facts out of public texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

from broadcast.errors import BroadcastError
from broadcast.model.channel import ChannelKind, Limit
from broadcast.model.letterhead import NO_LETTERHEAD
from broadcast.model.moments import elapsed, later
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering import length, prose, speech
from broadcast.rendering.catalogue import PUBLIC, SUFFIX, Catalogue
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.proof import files, needs
from broadcast.rendering.proof.case import Case, Problem, given, lines, moments, own, parts
from broadcast.rendering.proof.finding import Finding, Gravity
from broadcast.rendering.proof.parity import unequal, with_placeholders
from broadcast.rendering.proof.style import style
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import CANARY, Organisation, sample_facts, with_secrets, written_by
from broadcast.rendering.text_draft import filled

__all__ = ["AUDIENCES", "KINDS", "Finding", "Gravity", "given_words", "lint", "refused"]

AUDIENCES = (PUBLIC, "agents", "supervisors", "executives", "technical", "field")
KINDS = tuple(ChannelKind)
_DAY = timedelta(days=1)
_KEEP_INTERNAL = "take `cause` and `internal_...` out of texts for the public"
given_words = given


def lint(
    catalogue: Catalogue,
    locales: Sequence[str],
    post: Sequence[Limit] = (),
    organisation: Organisation | None = None,
    audiences: Sequence[str] = (),
) -> list[Finding]:
    """Return every problem in the texts of these languages, each once, the worst first.

    `post` has the limits of a post, as for `Renderer`. `organisation` is the sender, and `audiences` are its
    own ones beside the shipped ones.
    """
    locales = tuple(locales) or ("en",)
    letterhead = organisation.letterhead if organisation else NO_LETTERHEAD
    renderer = Renderer(catalogue, locales[0], post=post, letterhead=letterhead)
    known = tuple(dict.fromkeys((*AUDIENCES, *audiences)))
    proved = [*AUDIENCES, *files.with_own_texts(catalogue, known[len(AUDIENCES) :])]
    gravity = partial(files.gravity, catalogue)
    found = [finding for case in _cases(locales, proved) for finding in _proved(renderer, case, gravity)]
    found += _unequal(renderer, locales, proved, gravity)
    found += files.findings(catalogue, locales, known)
    found += refused(renderer, locales, organisation, proved) if organisation else ()
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.severity, finding.template))


def refused(
    renderer: Renderer,
    locales: Sequence[str],
    organisation: Organisation,
    audiences: Sequence[str] = AUDIENCES,
) -> Iterator[Finding]:
    """Return findings for texts that cannot be rendered with this organisation's name or timezone."""
    for case in _cases(locales, audiences):
        try:
            renderer.render(written_by(case.facts, organisation), case.audience, case.locale, case.kind)
        except BroadcastError as error:
            yield _broken(case, error)


def _cases(locales: Sequence[str], audiences: Sequence[str] = AUDIENCES) -> Iterator[Case]:
    for locale, (audience, kind) in product(locales, _written(audiences)):
        yield from (Case(audience, locale, kind, facts) for facts in _sampled())


def _written(audiences: Sequence[str]) -> Iterator[tuple[str, ChannelKind]]:
    """Yield each audience with its kinds of text; posts and pages have one text for everybody."""
    for audience, kind in product(audiences, KINDS):
        if audience == PUBLIC or kind not in PUBLISHED:
            yield audience, kind


def _sampled() -> Iterator[Facts]:
    for situation in Situation:
        yield sample_facts(situation)
    yield replace(sample_facts(Situation.COMPLETED), outage_open=True)


def _proved(renderer: Renderer, case: Case, gravity: files.GravityOf) -> Iterator[Finding]:
    complete = (case, *_silenced(case))
    try:
        read = [(one, _rendered(renderer, one)) for one in complete]
        sparse = [(one, _rendered(renderer, one)) for one in _variants(case)]
    except BroadcastError as error:
        yield _broken(case, error)
        return
    for one, text in read:
        for problem, hint in (*_fit(one, text), *needs.left_unsaid(parts(text), one)):
            yield Finding(text.template, Gravity.ERROR, problem, hint)
    for one, text in (*read, *sparse):
        yield from _worded(one, text, gravity(text.template))
    for problem, hint in _remarks(*read[0]):
        yield Finding(read[0][1].template, Gravity.WARNING, problem, hint)


def _worded(case: Case, rendered: Rendered, gravity: Gravity) -> Iterator[Finding]:
    """Yield problems with the wording of a text, whatever the facts are."""
    if case.public and any(CANARY in part for part in parts(rendered)):
        yield Finding(rendered.template, Gravity.ERROR, "shows what is internal", _KEEP_INTERNAL)
    for hole in (hole for part in parts(rendered) for hole in prose.holes(part)):
        problem = f"has a hole: {hole!r}"
        yield Finding(rendered.template, Gravity.ERROR, problem, "write it inside {% if ... %}")
    for problem, hint in style(case, rendered):
        yield Finding(rendered.template, gravity, problem, hint)


def _rendered(renderer: Renderer, case: Case) -> Rendered:
    return renderer.render(case.facts, case.audience, case.locale, case.kind)


def _variants(case: Case) -> Iterator[Case]:
    """Yield the case with internal words, with few facts, a day later, and beside another outage."""
    facts = case.facts
    changed = [with_secrets(facts), _sparse(facts), replace(_next_day(facts), audiences=(case.audience,))]
    if case.situation is Situation.RETRACTION:
        changed.append(replace(facts, others_open=True))
    yield from (replace(case, facts=one) for one in changed)


def _broken(case: Case, error: BroadcastError) -> Finding:
    return Finding(_where(error, case), Gravity.ERROR, str(error), error.hint or "")


def _where(error: BroadcastError, case: Case) -> str:
    place = str(error).partition(": ")[0]
    file = f"{case.locale}/{case.audience}/{case.facts.text_phase.value}/{case.kind.value}.txt{SUFFIX}"
    return place if SUFFIX in place else file


def _sparse(facts: Facts) -> Facts:
    """Return the facts with only the title, and the beginning of announced work."""
    return replace(
        facts,
        message=None,
        started=None,
        detected=None,
        data_loss=None,
        window_starts=facts.window_starts if facts.phase.maintenance else None,
        wording=(),
        services=(),
        next_update=None,
        window_ends=None,
        former_starts=None,
        former_ends=None,
        link=None,
        hotline=None,
        alternatives=(),
        corrects=None,
    )


def _next_day(facts: Facts) -> Facts:
    """Return the facts as written a day later: all times are on another day, and news comes the day after."""
    future = [name for name in moments(facts) if elapsed(facts.as_of, getattr(facts, name)) > timedelta()]
    zone = facts.as_of.tzinfo
    shifted: dict[str, Any] = {
        name: later(getattr(facts, name), 2 * _DAY).astimezone(zone) for name in future
    }
    return replace(facts, as_of=later(facts.as_of, _DAY).astimezone(zone), **shifted)


def _silenced(case: Case) -> Iterator[Case]:
    """Yield the case without the hotline, and without any contact point."""
    if case.situation.down and case.audience in {PUBLIC, "agents", "field"}:
        without = replace(case.facts, hotline=None)
        yield replace(case, facts=without)
        yield replace(case, facts=replace(without, alternatives=(), cut_off=True))


def _fit(case: Case, rendered: Rendered) -> Iterator[Problem]:
    units = rendered.units
    # An address needs more room than a number; help is worth a second part.
    most = 1 if case.facts.hotline else 2
    if case.kind is ChannelKind.SMS and units.parts > most:
        yield f"needs {units.parts} parts: {units.units} units {units.measure}", f"shorten it to {most}"
    if case.spoken:
        yield from _heard(case, rendered)
    subject = rendered.message.subject
    if case.kind is ChannelKind.EMAIL and subject and len(subject) > length.SUBJECT_WISHED:
        yield (
            f"has a subject of {len(subject)} characters",
            f"{length.SUBJECT_WISHED} are read; shorten it",
        )


def _heard(case: Case, rendered: Rendered) -> Iterator[Problem]:
    said = filled(rendered.message.text)
    hotline = case.kind is ChannelKind.HOTLINE
    longest = length.HOTLINE_WISHED if hotline else length.SPEECH_WISHED
    if speech.seconds(said) > longest:
        yield f"takes {speech.seconds(said)} seconds", f"shorten it to {longest}"
    words, most = speech.words(said) - _typed(case, said), length.wished_words(case.audience)
    if words > most:
        yield f"says {words} words", f"shorten it to {most}: listeners do not remember more"


def _typed(case: Case, said: str) -> int:
    """Return the number of the commander's words that drivers hear; no template can shorten them."""
    names = ("message", "correction") if case.audience == "field" else ()
    typed = (speech.spoken(case.facts.worded(name, case.locale) or "", case.words) for name in names)
    return sum(speech.words(words) for words in typed if words and words in said)


def _remarks(case: Case, rendered: Rendered) -> Iterator[Problem]:
    for part in lines(rendered):
        yield from prose.problems(own(part, case), case.words.code, plain=case.outside)


def _unequal(
    renderer: Renderer, locales: Sequence[str], audiences: Sequence[str], gravity: files.GravityOf
) -> Iterator[Finding]:
    """Yield facts that are in one language and missing in another."""
    for other in locales[1:]:
        for (audience, kind), situation in product(_written(audiences), Situation):
            facts = with_placeholders(sample_facts(situation))
            try:
                template = renderer.render(facts, audience, locales[0], kind).template
                found = list(unequal(renderer, facts, audience, kind, (locales[0], other)))
            except BroadcastError:
                continue  # reported for its own file
            for problem, hint in found:
                yield Finding(template, gravity(template), f"{situation}: {problem}", hint)
