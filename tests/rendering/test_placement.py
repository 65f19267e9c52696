"""Kind: a template file stands where no text looks for it."""

from __future__ import annotations

import pytest

from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.placement import misplaced
from tests.rendering.facts import SHIPPED


@pytest.mark.parametrize(
    ("name", "problem", "hint", "certain"),
    [
        ("de/agents/identifed/sms.txt.j2", "no situation identifed", "identified", True),
        ("de/agents/identified/mail.txt.j2", "no kind of text mail.txt", "email.txt", True),
        ("de/agents/sms.j2", "no kind of text sms", "sms.txt", True),
        ("de/sms.txt.j2", "in the wrong folder", "<locale>/<audience>", True),
        ("de/agents/identified/night/sms.txt.j2", "in the wrong folder", "<locale>", True),
        ("sms.txt.j2", "sms.txt is not a language", "de/", True),
        ("agents/identified/sms.txt.j2", "agents is not a language", "de/", True),
        ("de/agents/social.txt.j2", "same for everybody", "de/customers", True),
        ("de/agnts/identified/sms.txt.j2", "no audience agnts", "agents", False),
    ],
)
def test_it_is_named_with_where_to_put_it(name, problem, hint, certain):
    found = misplaced(name, AUDIENCES)

    assert problem in found.problem
    assert hint in found.hint
    assert found.certain is certain


@pytest.mark.parametrize(
    "name",
    [
        *("de/_words.j2", "de/_parts/closing.txt.j2", "_layout/email.html.j2", "de/agents/_closing.txt.j2"),
        *(
            "de-AT/partners/sms.txt.j2",
            "fr/customers/drill/email.html.j2",
            "de/field/down_again/sms.txt.j2",
            "de/customers/page.title.j2",
        ),
    ],
)
def test_what_is_used_or_for_others_to_include_is_in_its_place(name):
    assert misplaced(name, (*AUDIENCES, "partners")) is None


def test_every_shipped_file_is_in_its_place():
    assert [name for name in SHIPPED.names() if misplaced(name, AUDIENCES)] == []
