from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from broadcast.rendering import prose
from broadcast.rendering.lint import Finding, Gravity, lint, refused
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import Organisation
from tests.rendering.facts import SHIPPED, with_files


@pytest.fixture(scope="module")
def shipped() -> list[Finding]:
    return lint(SHIPPED, ("de", "en"))


def test_every_shipped_text_is_sound(shipped):
    assert shipped == []


GOOD = "{{ organisation }}: Gestört{% if started %} seit {{ started|time }}{% endif %}: {{ what|sentence }} "
NEWS = "Neues um {% if next_update %}{{ next_update|time }}{% endif %}."
REST = "Tel. {{ hotline or '' }}. " + NEWS + " {{ link or '' }} {{ mark }}"

# Each in a file of its own, so that one run shows them all.
MUTATIONS = {
    "de/customers/investigating/sms.txt.j2": (
        GOOD + "Neues um 15:00.",
        "'15:00' is in the text but not in the facts",
    ),
    "de/customers/identified/sms.txt.j2": (GOOD, "does not say the reference"),
    "de/customers/update/sms.txt.j2": (GOOD + "{{ mark }}", "does not say when there will be news"),
    "en/customers/investigating/sms.txt.j2": (GOOD + "{{ mark }}", "does not say how to get help now"),
    "en/customers/identified/sms.txt.j2": ("{{ what }} {{ mark }}", "does not say who says so"),
    "en/customers/update/sms.txt.j2": (GOOD + REST + " We are working very hard on it.", "needs 2 parts"),
    "de/customers/investigating/social.txt.j2": (GOOD + "() " + REST, "has a hole: '()'"),
    "de/customers/identified/social.txt.j2": (GOOD + REST, "has a hole: '.'"),
    "de/customers/update/social.txt.j2": (
        GOOD + "{{ hotline|sentence }}",
        "a filter for texts was given none",
    ),
    "en/customers/investigating/social.txt.j2": (
        GOOD + "{{ cause or '' }} " + REST,
        "shows what is internal",
    ),
    "en/customers/identified/social.txt.j2": ("{{ orgnisation }}", "'orgnisation' is undefined"),
    "en/customers/update/social.txt.j2": ("one\n{% endif %}", "line 2"),
    "de/drivers/sms.txt.j2": ("{{ what", "line 1"),
    "de/agents/completed/sms.txt.j2": (GOOD + "{{ scope or '' }}", "does not speak of the same facts"),
    "de/customers/resolved/chat.txt.j2": (GOOD, "has no twin"),
    "de/customers/monitoring/sms.txt.j2": (GOOD + "Bitte zur Umfrage gehen.", "advertises: 'Umfrage'"),
    "de/customers/monitoring/social.txt.j2": (GOOD + "Achtung!", "exclamation mark"),
    "en/customers/monitoring/sms.txt.j2": (GOOD + "PLEASE DO NOT CALL", "shouts"),
    "de/customers/resolved/email.subject.j2": ("Wichtig: " * 8, "has a subject of 71 characters"),
}

BEHIND = "{{% if next_update %}}{} {{{{ next_update|time }}}}{{% endif %}} {{{{ mark }}}}"

# Told as warnings, as they are the user's own: who knows better may keep them.
OWN_WORDS = {
    "de/agents/identified/sms.txt.j2": ("Geht wieder. {{ mark }}", "contradicts the situation identified"),
    "en/agents/monitoring/sms.txt.j2": ("Still down. {{ mark }}", "contradicts the situation monitoring"),
    "en/agents/resolved/sms.txt.j2": ("No data was lost. {{ mark }}", "without its fact"),
    "de/agents/update/sms.txt.j2": ("Wir suchen die Ursache. {{ mark }}", "'suchen die Ursache' without its"),
    "de/field/investigating/sms.txt.j2": (
        "Neu anmelden. {{ mark }}",
        "'Neu anmelden' without its fact",
    ),
    "en/field/investigating/sms.txt.j2": ("All services work. {{ mark }}", "'All services work' without its"),
    "de/agents/monitoring/sms.txt.j2": ("Danke für Ihre Geduld. {{ mark }}", "'Danke für Ihre Geduld'"),
    "en/agents/identified/sms.txt.j2": ("You need not do anything. {{ mark }}", "writes 'You need not'"),
    "de/supervisors/investigating/sms.txt.j2": ("{{ severity|upper }} {{ mark }}", "writes 'SEV2'"),
    "de/field/update/sms.txt.j2": ("Please. {{ mark }}", "mixes languages: 'Please'"),
    "en/field/update/sms.txt.j2": ("Bitte warten. {{ mark }}", "mixes languages: 'Bitte'"),
    "de/agents/retraction/sms.txt.j2": (
        "Das tut uns leid. Entschuldigung. {{ mark }}",
        "apologises 2 times",
    ),
    "de/technical/update/sms.txt.j2": (BEHIND.format("Neues um"), "wrong word: 'um Di'"),
    "en/technical/update/sms.txt.j2": (BEHIND.format("News at"), "wrong word: 'at Tue'"),
    "en/technical/resolved/sms.txt.j2": (
        "Report to follow. GDPR. Decision. {{ mark }}",
        "'Decision' without its fact",
    ),
    "de/executives/update/sms.txt.j2": (
        "{{ message or '' }} {{ scope or '' }} {{ mark }}",
        "in en does not tell: message, scope|in de does not tell: link",
    ),
    "de/customers/monitoring/desk.txt.j2": (
        "Wir haben " + "wirklich und in aller Ruhe " * 4 + ".",
        "has a sentence of 22 words",
    ),
    "de/customers/update/desk.txt.j2": ("ACHTUNG.", "shouts: 'ACHTUNG'"),
}

#: Seen in the file itself, whatever its texts say.
OLD = {
    "de/technical/identified/sms.txt.j2": ("Neues um {{ next_update|time }}.", "writes 'um' before a time"),
    "en/technical/identified/sms.txt.j2": ("Since {{ started|since }}.", "writes 'Since' before a time"),
    "de/technical/monitoring/sms.txt.j2": (
        "{% if internal_bridge is defined %}{{ internal_bridge }}{% endif %}",
        "asks whether `internal_bridge` is defined",
    ),
    "en/technical/monitoring/sms.txt.j2": ("{{ what }}", "uses the old name `what`"),
    "de/technical/resolved/sms.txt.j2": (
        "{% if text_phase == 'update' %}a{% endif %}",
        "the old name `text_phase`",
    ),
    "de/technical/retraction/sms.txt.j2": ("Seit {{ reported|since }}", "it began at `reported`"),
}

SPOKEN = {
    "de/customers/investigating/voice.txt.j2": "{{ organisation }}: {{ what|sentence }}",
    "de/customers/update/voice.txt.j2": "{{ organisation }}. " + "Wir reden gern und viel. " * 22,
}


def _tells(finding: Finding, problem: str) -> bool:
    """One of several, with `|` between them."""
    return any(each in finding.problem for each in problem.split("|"))


@pytest.fixture(scope="module")
def mutated(tmp_path_factory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("mutated")
    files = {name: text for name, (text, _) in (MUTATIONS | OWN_WORDS | OLD).items()}
    files["en/agents/completed/sms.txt.j2"] = GOOD
    files["en/executives/update/sms.txt.j2"] = "{{ link or '' }} {{ mark }}"
    return lint(with_files(folder, files | SPOKEN), ("de", "en"))


@pytest.mark.parametrize(
    ("name", "problem"), [(name, m[1]) for name, m in (MUTATIONS | OWN_WORDS | OLD).items()]
)
def test_lint_finds(mutated, name, problem):
    # A subject's finding is told for the text it heads.
    file = name.replace("resolved/email.subject", "email.txt")
    findings = [finding for finding in mutated if finding.template.partition(", line")[0].endswith(file)]

    assert any(_tells(finding, problem) for finding in findings), findings


@pytest.mark.parametrize("name", OWN_WORDS)
def test_words_of_ones_own_are_warned_of(mutated, name):
    problem = OWN_WORDS[name][1]
    found = [one for one in mutated if one.template == name and _tells(one, problem)]

    assert {one.severity for one in found} == {Gravity.WARNING}


def test_lint_listens_too(mutated):
    problems = [finding.problem for finding in mutated if finding.template.endswith("voice.txt.j2")]

    assert "says 112 words" in problems
    assert "does not say when there will be news (14 Uhr 35)" in problems
    assert "does not say how to get help now (0 3 0, 2 3, 1 2, 5 0, 0 0)" in problems
    assert any(problem.startswith("takes ") for problem in problems)


@pytest.mark.parametrize("name", ["Muster Handel", "Verband der Handelsgenossenschaften " * 4])
@pytest.mark.parametrize("zone", ["Europe/Istanbul", "Asia/Kathmandu", "America/New_York"])
def test_the_shipped_texts_can_be_written_by_everybody(name, zone):
    by = Organisation(name.strip(), ZoneInfo(zone))

    assert list(refused(Renderer(SHIPPED, "de"), ("de",), by, ("customers", "agents"))) == []


def test_what_one_organisation_cannot_write_is_found(tmp_path):
    files = {
        "de/customers/investigating/sms.txt.j2": "{{ organisation }} {{ organisation }} " * 9 + "{{ mark }}"
    }
    by = Organisation("Wort " * 30, ZoneInfo("Europe/Berlin"))
    found = list(refused(Renderer(with_files(tmp_path, files), "de"), ("de",), by, ("customers",)))

    assert ["GSM-7 units" in finding.problem for finding in found] == [True]


def test_errors_come_before_warnings(mutated):
    gravities = [finding.severity for finding in mutated]

    assert gravities == sorted(gravities)
    assert set(gravities) == set(Gravity)


@pytest.mark.parametrize(
    "text", ["Seit: .", "a ()", "Hilfe: \n\nEnde", "- Telefon:\n- x", "gut. .", "a , b", "x.. y"]
)
def test_a_hole_is_seen(text):
    assert prose.holes(text)


@pytest.mark.parametrize(
    "text", ["Seit 13:40: Chat.", "Wir warten...", "So geht es:\n- Telefon: 1\n", "[INC-7/2]"]
)
def test_no_hole_is_seen_where_there_is_none(text):
    assert prose.holes(text) == ()


def test_an_official_sentence_is_hard_to_read():
    text = (
        "Aufgrund einer unvorhergesehenen Beeinträchtigung unserer Telekommunikationsinfrastruktur "
        "informieren wir Sie hiermit über die vorübergehende Nichtverfügbarkeit unserer Dienstleistungen "
        "im Zusammenhang mit der Bearbeitung eingehender Kundenanfragen."
    )

    assert prose.lix(text) > 70
    assert [problem for problem, _ in prose.problems(text, "de") if "hard to read" in problem]


def test_files_of_ones_own_are_used_and_proved_or_named(tmp_path):
    """Kind: a file that somebody wrote for the outage is passed over without a word."""
    files = {
        "de/agents/identifed/sms.txt.j2": "Zeile. {{ mark }}",
        "de/agnts/sms.txt.j2": "Zeile. {{ mark }}",
        "de/shared/closing.txt.j2": "Zeile.",
        "de/partners/sms.txt.j2": '{% include "shared/closing.txt" %} {{ nonsense }} {{ mark }}',
    }

    found = lint(with_files(tmp_path, files), ("de",), audiences=["customers", "partners"])

    unused = {one.template: one.severity for one in found if "it is never used" in one.problem}
    assert unused == {
        "de/agents/identifed/sms.txt.j2": Gravity.ERROR,
        "de/agnts/sms.txt.j2": Gravity.WARNING,
    }
    assert [one for one in found if "'nonsense' is undefined" in one.problem] != []
