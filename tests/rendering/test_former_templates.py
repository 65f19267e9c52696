"""Templates that users wrote for an earlier version are used as they were, and lint names today's words."""

from __future__ import annotations

from pathlib import Path

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.lint import AUDIENCES, Gravity
from broadcast.rendering.proof import files
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import with_files

#: Files as the earlier version shipped them, so as users copied and changed them.
FORMER = Path(__file__).parent / "former"
CATALOGUE = Catalogue(default_folders(FORMER))
SMS, EMAIL, SOCIAL = ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.SOCIAL


@for_every("locale", ["de", "en"])
@for_every(
    ("situation", "audience", "kind"),
    [
        (Situation.INVESTIGATING, "customers", SMS),
        (Situation.INVESTIGATING, "customers", EMAIL),
        (Situation.UPDATE, "customers", EMAIL),
        (Situation.DOWN_AGAIN, "customers", EMAIL),
        (Situation.RESOLVED, "customers", EMAIL),
        (Situation.MONITORING, "customers", SMS),
        (Situation.STILL_WORKING, "customers", SMS),
        (Situation.RETRACTION, "customers", SOCIAL),
        *((one, "customers", EMAIL) for one in Situation if one.maintenance),
        *((one, "field", SMS) for one in Situation),
        *((one, "agents", EMAIL) for one in Situation),
    ],
)
def test_they_are_still_found_and_written(situation, audience, kind, locale):
    rendered = Renderer(CATALOGUE, "de").render(sample_facts(situation), audience, locale, kind)

    source = CATALOGUE.find(rendered.template)
    assert source is not None
    assert source.path.is_relative_to(FORMER)
    assert rendered.message.text


def test_a_folder_of_a_situation_comes_before_that_of_its_phase(tmp_path):
    files = {
        "de/customers/monitoring/sms.txt.j2": "phase",
        "de/customers/still_working/sms.txt.j2": "situation",
        "de/customers/update/sms.txt.j2": "phase",
        "de/customers/sms.txt.j2": "any",
    }
    renderer = Renderer(with_files(tmp_path, files), "de")

    def text(situation: Situation) -> str:
        return renderer.render(sample_facts(situation), "customers", "de", SMS).message.text

    named = (Situation.MONITORING, Situation.STILL_WORKING, Situation.DOWN_AGAIN, Situation.RESOLVED)
    assert [text(one) for one in named] == ["phase", "situation", "phase", "any"]


def test_lint_names_what_has_another_name_today():
    found = files.findings(CATALOGUE, ("de", "en"), AUDIENCES)
    theirs = [one for one in found if _is_theirs(one.template)]
    problems = {one.problem for one in theirs}

    assert "includes '_parts/call.txt' by its old name" in problems
    assert "uses the old name `what`" in problems
    assert "uses the old name `text_phase`" in problems
    assert any("write {{ next_update|at }}" in one.hint for one in theirs)
    assert {one.severity for one in theirs} == {Gravity.WARNING}


def _is_theirs(template: str) -> bool:
    source = CATALOGUE.find(template)
    return source is not None and source.path.is_relative_to(FORMER)
