"""Text from outside stays text, in whatever it is put and wherever it comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from tests.harness.program import Ended
from tests.harness.program_company import PERSON, ProgramCompany
from tests.security.hostile_texts import CORPUS, EVERYTHING, LONG, SAMPLE
from tests.security.output_checks import (
    Outline,
    assert_drawn,
    assert_feed,
    assert_headers,
    assert_json,
    assert_no_new_markup,
    assert_no_slots,
    assert_plain,
    assert_printed,
    sequences,
)

FIELDS = ("scope", "impact", "action", "cause", "data_loss", "own")
PERSONAL = {
    "email.subject": "{{ mark }} {{ contact.name }}",
    "email.txt": "{{ contact.name }}:\n\n{{ title }}\n\n- {{ contact.note }}\n- {{ contact.phone }}",
    "sms.txt": "{{ contact.note }} {{ mark }}",
    "email.html": '<html><body><p title="{{ contact.note }}">{{ contact.name }}</p>{{ body }}</body></html>',
}
#: Literal in every text, so that what was read as a template or as markup would be missed.
LITERAL = {text for kind in ("markup", "templates", "formulas") for text in CORPUS[kind]}


def tell(company: ProgramCompany, text: str) -> Ended:
    """A notice that says `text` in every field there is."""
    company.write("message.txt", text)
    pairs = [word for field in FIELDS for word in ("-v", f"{field}={text}")]
    message = f"@{company.folder / 'message.txt'}"
    return company.notify("-m", message, "-s", "sev1", f"--service={text}", *pairs, "--", text)


def outputs(company: ProgramCompany) -> dict[str, str]:
    """Everything that was said about the one incident, by what it is."""
    runs = {
        "preview": ("notify", "x", "--dry-run"),
        "status": ("status",),
        "status of one": ("status", "INC-1"),
        "log": ("log", "INC-1"),
        "report.md": ("report", "INC-1", "--lang", "en"),
        "report.html": ("report", "INC-1", "--format", "html"),
    }
    said = {name: company.run(*arguments).out for name, arguments in runs.items()}
    for name in ("status", "log"):
        said[f"{name}.json"] = company.run(name, *(("INC-1",) if name == "log" else ()), "-o", "json").out
        said[f"{name} drawn"] = company.run(name, *(("INC-1",)), FORCE_COLOR="1").out
    for path in sorted((company.folder / "public").rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            name = _named(path.relative_to(company.folder / "public"))
            said[f"site/{name}"] = path.read_text(encoding="utf-8")
    for one in company.received():
        said |= {f"{one.provider} subject": one.subject or "", f"{one.provider} text": one.text}
        if one.html:
            said[f"{one.provider}.html"] = one.html
    return said


def _named(path: Path) -> str:
    """The path; the name of an alert is made of its identifier, which is new each time."""
    return f"{path.parent}/ALERT{path.suffix}" if path.parent.name == "cap" else str(path)


@pytest.fixture(scope="module")
def benign(_company: ProgramCompany) -> dict[str, str]:
    """The same outputs about a plain text."""
    _company.forget()
    _company.configure()
    assert tell(_company, "plain").code == 0
    return outputs(_company)


def check(found: dict[str, str], benign: dict[str, str]) -> None:
    assert found.keys() == benign.keys()
    for name, text in found.items():
        try:
            check_one(name, text, benign[name])
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def check_one(name: str, text: str, plain: str) -> None:
    if name.startswith(("site", "sendgrid", "smtp")):
        assert_no_slots(text)
    if name.endswith(".html"):
        assert_no_new_markup(text, plain)
    elif name.endswith((".atom",)):
        assert_feed(text)
    elif name.endswith(".json"):
        assert_json(text)
    elif name.endswith("drawn"):
        assert_drawn(text, sequences(plain))
    elif name.endswith((" subject", " text")):
        assert_plain(text, lines=name.endswith("text") and not name.startswith("twilio"))
    else:
        assert_printed(text)


def hold_in_every_output(muster: ProgramCompany, benign: dict[str, str], text: str) -> int:
    """Tell `text`, look at everything that came of it; how many outputs that were."""
    said = tell(muster, text)
    assert_printed(said.err)
    if said.out:
        assert_json(said.out)
    if said.code != 0:
        assert said.code in {2, 7}, said.err
        assert muster.received() == []
        return 2
    found = outputs(muster)
    check(found, benign)
    assert_headers(header for one in muster.received() for header in one.extra.get("headers", {}).items())
    if text in LITERAL:
        mail = muster.received("smtp")[0]
        assert " ".join(text.split()) in " ".join(mail.text.split())
        assert " ".join(text.split()) in " ".join(Outline(mail.html or "").text.split())
    return len(found) + 2 + len(muster.received())


@pytest.mark.parametrize("text", SAMPLE, ids=ascii)
def test_a_text_stays_a_text_in_every_output(muster, benign, text):
    assert hold_in_every_output(muster, benign, text) > 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", CORPUS)
def test_every_text_of_the_corpus_stays_a_text_in_five_thousand_outputs(muster, benign, kind):
    looked_at = 0
    for text in CORPUS[kind]:
        muster.forget()
        looked_at += hold_in_every_output(muster, benign, text)

    # What is too long for a page is refused; of all others together, there are more than 5,000.
    assert kind == "long" or looked_at >= 22 * len(CORPUS[kind])
    assert 22 * (len(EVERYTHING) - len(LONG)) >= 5000


def personal(company: ProgramCompany, texts: Sequence[str]) -> Ended:
    """A notice to people of whom each has one of `texts` for a name and in a column of their own."""
    folder = "texts"
    for locale in ("de", "en"):
        for name, template in PERSONAL.items():
            company.write(f"{folder}/{locale}/customers/investigating/{name}.j2", template)
    rows = [
        {"id": f"p{number}", "name": text, "note": text, "email": f"p{number}@kunde.example", "phone": ""}
        for number, text in enumerate(texts)
    ]
    for number, row in enumerate(rows):
        row["phone"] = f"+491511{number + 1000:07}"
    company.write_contacts("customers", rows)
    company.configure(templates=folder)
    try:
        channels = ("--channel", "sms", "--channel", "email")
        return company.notify("Chat", "-s", "sev1", "-a", "customers", *channels)
    finally:
        company.write_contacts("customers", [PERSON])


def test_what_stands_in_the_contacts_stays_a_text_in_everybodys_messages(muster):
    texts = [text for text in EVERYTHING if text not in LONG and "\x00" not in text]

    said = personal(muster, ["plain", *texts])

    assert said.code == 0, said.err
    mails, messages = muster.received("sendgrid"), muster.received("twilio")
    assert len(mails) == len(messages) == len(texts) + 1
    plain = next(one.html for one in mails if one.extra["name"] == "plain")
    for mail in mails:
        assert_plain(mail.subject or "", lines=False)
        assert_plain(mail.text)
        assert_no_new_markup(mail.html or "", plain or "")
        assert_headers([*mail.extra["headers"].items(), ("To", f"{mail.extra['name']} {mail.to}")])
    for message in messages:
        assert_plain(message.text, lines=False)


def test_nobody_reads_what_another_persons_column_asks_for(muster):
    slot = f"{SLOT_OPEN}phone{SLOT_CLOSE}"
    assert personal(muster, [f"x{slot}y", f"{SLOT_OPEN}{slot}{SLOT_CLOSE}"]).code == 0

    assert {one.text.partition(" [")[0] for one in muster.received("twilio")} <= {"xphoney", "phone"}


def test_contacts_with_a_nul_in_them_are_refused_before_anything_is_sent(muster):
    said = personal(muster, ["a\x00b"])

    assert said.code == 6
    assert "is not text" in said.err
    assert muster.received() == []


def test_a_template_for_everybody_cannot_show_one_person(muster):
    muster.write("own/de/customers/investigating/social.txt.j2", "{{ contact.name }} {{ mark }}")
    muster.configure(templates="own")

    said = muster.notify("Chat")

    assert said.code == 7
    assert "contact.name" in said.err
    assert muster.received() == []


def test_a_variable_named_in_an_own_template_is_shown_and_not_read(muster):
    muster.write("own2/de/agents/email.txt.j2", "{{ own }} {{ mark }}")
    muster.configure(templates="own2")

    assert muster.notify("Chat", "-v", "own={{ title }}<b>x</b>", "-a", "agents").code == 0

    mail = muster.received("smtp")[0]
    assert "{{ title }}<b>x</b>" in mail.text
    assert "{{ title }}&lt;b&gt;x&lt;/b&gt;" in (mail.html or "")


@pytest.mark.parametrize(
    "text", [one for one in SAMPLE if one.isprintable() and one not in LONG][::2], ids=ascii
)
def test_the_organisation_stays_a_text(muster, benign, text):
    muster.configure(organisation=text)

    assert tell(muster, "plain").code == 0
    found = outputs(muster)
    check(found, benign)


@pytest.mark.parametrize("text", [text for text in EVERYTHING if not text.isprintable()][::6], ids=ascii)
def test_an_organisation_that_steers_terminals_is_refused(muster, text):
    muster.configure(organisation=text)

    said = muster.run("status")

    assert said.code in {0, 6}
    assert_printed(said.said)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://x.example/\x1b[31m",
        f"https://x.example/{SLOT_OPEN}phone{SLOT_CLOSE}",
        "https://x.example/\u202egnp",
        "https://x.example/\u200b",
        'https://x.example/"onclick="x',
        "https://x.example/ <script>",
        "data:text/html,x",
        "//x.example",
    ],
    ids=ascii,
)
def test_a_link_that_is_more_than_a_link_is_refused(muster, link):
    said = muster.notify("Chat", "-v", f"link={link}")

    assert said.code == 7
    assert "web address" in said.err
    assert muster.received() == []


@pytest.mark.parametrize("argument", ["a\udcffb", "\ud800", "x\udfff"], ids=ascii)
@pytest.mark.parametrize("form", ["title", "message", "key", "variable", "incident", "author", "vars"])
def test_halves_of_characters_are_refused_or_left_out(muster, argument, form):
    vars_file = muster.write("vars.json", '{"scope": "\\ud800"}')
    forms = {
        "title": ("notify", argument, "--yes"),
        "message": ("notify", "x", "-m", argument, "--yes"),
        "key": ("notify", "x", "--key", argument, "--yes"),
        "variable": ("notify", "x", "-v", f"a={argument}", "--yes"),
        "incident": ("status", argument),
        "vars": ("notify", "x", "--vars", str(vars_file), "--yes"),
        "author": ("notify", "x", "--yes"),
    }
    author = {"BROADCAST_AUTHOR": argument} if form == "author" and argument == "a\udcffb" else {}

    said = muster.run(*forms[form], **author)

    assert said.code == (0 if form == "author" else 2), said.err
    assert_printed(said.said)
    assert "this is a bug" not in said.err
