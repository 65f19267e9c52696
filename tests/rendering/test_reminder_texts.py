"""What colleagues read when a promise is nearly due: short, internal, and in their own language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.publishing.reminder import TEXTS
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts

RENDERER = Renderer(Catalogue(default_folders(None)), "de")
UPDATE = sample_facts(Situation.INVESTIGATING)
WINDOW = replace(
    UPDATE,
    next_update=None,
    started=None,
    text_phase=TextPhase.MAINTENANCE,
    window_starts=UPDATE.as_of + timedelta(hours=1),
    window_ends=UPDATE.as_of + timedelta(hours=2),
)
SCHEDULED = replace(
    UPDATE,
    variables=(
        ("schedule_number", "3"),
        ("schedule_verb", "update"),
        ("schedule_reason", "INC-7/2 was published meanwhile"),
    ),
)
PROMISES = {
    "schedule": SCHEDULED,
    "update": UPDATE,
    "start": replace(WINDOW, phase=Phase.SCHEDULED),
    "end": replace(WINDOW, phase=Phase.IN_PROGRESS),
}
KINDS = (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.DESK, ChannelKind.VOICE)


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("drill", [False, True])
def test_it_says_what_is_due_and_that_it_is_internal(locale, kind, promise, drill):
    facts = replace(PROMISES[promise], drill=drill)
    rendered = RENDERER.render(facts, TEXTS, locale, kind)
    message = rendered.message
    said = f"{message.subject or ''} {message.text}"

    assert "INTERN" in said.upper()
    assert ("3" if promise == "schedule" else facts.ref.removeprefix("INC-")) in said
    moment = facts.next_update or (facts.window_starts if promise == "start" else facts.window_ends)
    if kind is not ChannelKind.VOICE:
        assert moment.strftime("%H:%M") in said
    if drill:
        assert ("übung" if locale == "de" else "exercise") in said.lower()
    if kind is ChannelKind.SMS:
        assert rendered.units.parts == 1
