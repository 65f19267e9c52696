"""What people read and hear who are asked to approve a proposal: what it is, who reads it, how to answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.publishing.ask_approval import TEXTS
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts

RENDERER = Renderer(Catalogue(default_folders(None)), "de")
SAID = (
    ("proposal_author", "Ada Beispiel"),
    ("proposal_people", "1204"),
    ("proposal_audiences", "customers, agents"),
    ("proposal_posts", "site"),
)
LINK = (("has_link", "yes"),)
KINDS = (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.VOICE)


@pytest.mark.parametrize("drill", [False, True])
@pytest.mark.parametrize("link", [(), LINK], ids=["command", "link"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_it_says_what_is_proposed_to_how_many_by_whom_and_how_to_answer(locale, kind, link, drill):
    facts = replace(sample_facts(Situation.INVESTIGATING), drill=drill, variables=(*SAID, *link))

    rendered = RENDERER.render(facts, TEXTS, locale, kind)

    text = rendered.message.text
    assert "INTERN" in text.upper()
    for part in ("Ada Beispiel", "customers, agents", "site"):
        assert part in text
    if kind is not ChannelKind.VOICE:
        assert "1204" in text
        assert ("\ue000confirm_url\ue001" if link else f"broadcast approve {facts.ref}/1") in text
    if kind is ChannelKind.SMS:
        assert rendered.units.parts <= 2
    if drill:
        word = "ÜBUNG" if locale == "de" else "EXERCISE"
        assert word in text.upper()[:80]
        assert word in text.upper()[-80:]
