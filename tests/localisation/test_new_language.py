"""A new language costs files only: a TOML file for each package, and a folder of templates."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.incident import Phase
from broadcast.testing.ledger_samples import NOON, incident, notice, owed
from tests.architecture.tree import PACKAGE, ROOT

CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "xx-YY"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "env:TWILIO_ACCOUNT_SID"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["sms"]]
"""
#: What code says without a template or a report, in the language of `sys.argv`.
SAY = """
import sys
from broadcast.cadence.no_change import PHRASES as NO_CHANGE
from broadcast.channels.page.site.words import voice
from broadcast.channels.voice.twiml import call
from broadcast.cli.output.person import PHRASES as PERSON
from broadcast.model.message import Message
from broadcast.monitoring.outage_draft import PHRASES as DRAFT
from broadcast.rendering.speech import spoken
from broadcast.rendering.words import words_for

locale = sys.argv[1]
print(voice(locale, "UTC").words["headline"]["fine"])
print(call(Message(locale=locale, text="Text"), {}, "https://a.example/"))
print(PERSON.phrases(locale)("title"))
print(DRAFT.phrases(locale)("title", systems="SMS"))
print(NO_CHANGE.phrases(locale)("no_change"))
print(spoken("Zom 9 Brum, 90 min", words_for(locale)))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A copy of the program with one language more, made of English texts that all begin with `xx`."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(PACKAGE, home / "broadcast", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", home / "templates")
    shutil.copytree(home / "templates" / "en", home / "templates" / "xx")
    for english in home.rglob("phrases/en.toml"):
        text = english.read_text(encoding="utf-8")
        english.with_name("xx.toml").write_text(invented(text), encoding="utf-8")
    (home / "broadcast.toml").write_text(CONFIGURATION, encoding="utf-8")
    (home / "customers.csv").write_text("name,phone\nAnna,+4915112345678\n", encoding="utf-8")
    ledger = Ledger.open(home / "broadcast.db")
    ledger.incidents.record(notice(incident(Phase.MONITORING), 1, owed("channel:site")), NOON)
    ledger.close()
    return home


def invented(english):
    """The same file in another language: `xx` before every phrase, and a calendar of its own."""
    own = re.sub(r'= "(?=\w|\{)', '= "xx ', english)
    return own.replace('"Sunday"', '"Zomday"').replace('"Sun"', '"Zom"').replace('"Nov"', '"Brum"')


def run(home, *arguments):
    env = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *arguments], cwd=home, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_code_says_its_own_words_in_it(home):
    site, call, person, draft, unchanged, said = run(home, "-c", SAY, "xx").splitlines()

    assert site == "xx No outage reported"
    assert "xx To confirm, press 1." in call
    assert person == "xx Information about the data stored on you"
    assert draft == "xx SMS disrupted"
    assert unchanged.startswith("xx ")
    assert said == "Zomday xx 9 November, 90 xx minutes"


def test_texts_are_rendered_in_it(home):
    text = run(home, "-m", "broadcast", "template", "render", "email", "--lang", "xx", "--phase", "resolved")

    assert "xx" in text
    assert "Zom" in text


def test_a_report_is_written_in_it(home):
    report = run(home, "-m", "broadcast", "report", "INC-1")

    assert report.startswith("# xx Report on INC-1")
    assert "xx Timeline" in report
