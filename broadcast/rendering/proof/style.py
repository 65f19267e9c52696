"""All checks of the template's own words in one call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from broadcast.rendering.proof.case import Case, Problem, own, parts
from broadcast.rendering.proof.claims import claimed
from broadcast.rendering.proof.languages import mixed
from broadcast.rendering.proof.states import contradictions
from broadcast.rendering.proof.times import misplaced_times
from broadcast.rendering.proof.vocabulary import unclear
from broadcast.rendering.render import Rendered

#: A check of one text, in which signs replace typed words.
Check: TypeAlias = Callable[[str, Case], Iterator[Problem]]
_CHECKS: Sequence[Check] = (contradictions, claimed, unclear, mixed, misplaced_times)
_APOLOGY: Mapping[str, re.Pattern[str]] = {
    "de": re.compile(r"\btut uns (?:sehr )?leid|\bentschuldig\w*", re.IGNORECASE),
    "en": re.compile(r"\bsorry\b|\bapologi[sz]e\w*", re.IGNORECASE),
}


def style(case: Case, rendered: Rendered) -> Iterator[Problem]:
    """Yield every problem in a rendered text; typed words are never a problem."""
    yield from remarked(case, rendered, _CHECKS)
    pattern = _APOLOGY.get(case.language)
    apologies = pattern.findall(own(rendered.message.text, case)) if pattern else ()
    if len(apologies) > 1:
        yield f"apologises {len(apologies)} times", "once is enough"


def remarked(case: Case, rendered: Rendered, checks: Sequence[Check]) -> Iterator[Problem]:
    """Yield the problems that these checks find in the template's own words in subject, text and HTML."""
    case = replace(case, locale=rendered.message.locale)  # the language of the template
    for part in parts(rendered):
        text = own(part, case)
        for check in checks:
            yield from check(text, case)
