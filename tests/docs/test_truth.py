"""What the pages claim about the program is what the program says about itself."""

from __future__ import annotations

import re
from dataclasses import fields
from urllib.parse import unquote

import pytest

from broadcast.channels import registry
from broadcast.config import keys
from broadcast.ledger.counts import Counts
from broadcast.publishing.result import ExitStatus, Result
from broadcast.rendering.variables import RESERVED
from tests.docs.pages import PAGES, ROOT

LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
PROSE = {"message", "scope", "impact", "action", "cause", "data_loss"}
JINJA = {"loop", "self", "super", "caller", "varargs", "kwargs", "body", "subject"}


def page(name: str) -> str:
    return next(path for path in PAGES if path.name == name).read_text(encoding="utf-8")


def coded(text: str) -> set[str]:
    """Every word that a page shows as code."""
    without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {word for code in re.findall(r"`([^`]+)`", without_blocks) for word in re.split(r"[^\w-]+", code)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for link in LINK.finditer(path.read_text(encoding="utf-8")):
        assert (path.parent / unquote(link["path"])).exists(), link[0]


def test_the_readme_explains_every_exit_code_in_order():
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", page("README.md"), re.MULTILINE)]

    assert codes == sorted(int(status) for status in ExitStatus)


def test_every_key_of_the_configuration_is_explained():
    known = {key.name for section in keys.SECTIONS.values() for key in section.keys}

    assert known - coded(page("configuration.md")) == set()


@pytest.mark.parametrize(
    "name",
    [
        "twilio-sms",
        "sendgrid",
        "smtp",
        "outlook",
        "x",
        "statuspage",
        "site",
        "slack",
        "slack-webhook",
        "teams",
        "webhook",
        "zendesk",
    ],
)
def test_the_keys_of_each_adapter_are_its_own(name):
    [row] = re.findall(rf"^\| `{name}` \| (.*) \|$", page("configuration.md"), re.MULTILINE)
    named = set(re.findall(r"`([a-z_]+)`", row))

    assert named == registry.adapter_class(name).options


def test_every_field_of_the_result_is_explained():
    named = {field.name for field in (*fields(Result), *fields(Counts))}

    assert named - coded(page("runbooks-and-ci.md")) == set()


def test_every_name_a_template_may_use_is_explained():
    wanted = {name for name in RESERVED | PROSE if name.lower() not in {"true", "false", "none"}} - JINJA

    assert wanted - coded(page("templates.md")) == set()


def test_pictures_are_small_and_load_nothing():
    folder = ROOT / "docs/images"

    assert (folder / "status-page.png").stat().st_size < 200_000
    assert "url(" not in (folder / "terminal.svg").read_text(encoding="utf-8").replace("url(#", "")
