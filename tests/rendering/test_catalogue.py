from __future__ import annotations

import pytest

from broadcast.errors import ConfigError, TemplateError
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import TextPhase
from broadcast.rendering.catalogue import Catalogue, audience_chain, default_folders, locale_chain
from broadcast.rendering.render import Renderer
from tests.rendering.facts import SHIPPED, SMS, facts, with_files, written


def test_languages_fall_back_from_the_reader_to_english():
    assert locale_chain("de-AT", "fr-CA") == ("de-AT", "de", "fr-CA", "fr", "en")
    assert locale_chain("de_AT", "en") == ("de-AT", "de", "en")


def test_a_hostile_locale_is_no_folder():
    assert locale_chain("../../etc", "de") == ("de", "en")


def test_an_audience_falls_back_to_its_own_folder_and_then_to_the_customers():
    assert audience_chain("agents", ("drill_over", "resolved"), "sms.txt") == (
        "agents/drill_over/sms.txt.j2",
        "agents/resolved/sms.txt.j2",
        "agents/sms.txt.j2",
        "customers/drill_over/sms.txt.j2",
        "customers/resolved/sms.txt.j2",
        "customers/sms.txt.j2",
    )


def test_an_austrian_reader_gets_german_and_a_french_one_the_default():
    renderer = Renderer(SHIPPED, "de")

    for locale in ("de-AT", "fr"):
        rendered = renderer.render(facts(), "customers", locale, ChannelKind.SMS)
        assert rendered.template == "de/customers/sms.txt.j2"
        assert rendered.message.locale == "de"


def test_public_and_unknown_audiences_read_what_customers_read():
    renderer = Renderer(SHIPPED, "de")

    texts = {renderer.render(facts(), name, "de", ChannelKind.EMAIL) for name in ("customers", "public", "x")}
    assert len(texts) == 1


def test_posts_and_pages_are_the_public_ones_for_every_audience(tmp_path):
    catalogue = with_files(tmp_path, {"de/agents/investigating/social.txt.j2": "intern"})
    rendered = Renderer(catalogue, "de").render(facts(), "agents", "de", ChannelKind.SOCIAL)

    assert rendered.template == "de/customers/social.txt.j2"


def test_one_file_of_the_users_own_replaces_one_text_only(tmp_path):
    renderer = Renderer(with_files(tmp_path, {SMS: "{{ organisation }} {{ what }} {{ mark }}"}), "de")

    own = renderer.render(facts(), "customers", "de", ChannelKind.SMS)
    shipped = renderer.render(facts(TextPhase.RESOLVED), "customers", "de", ChannelKind.SMS)

    assert own.message.text == "Muster Handel Chat und E-Mail-Support [INC-7/1]"
    assert shipped.message.text.startswith("Muster Handel: Behoben")


def test_an_email_of_the_users_own_brings_its_html_part_along(tmp_path):
    catalogue = with_files(tmp_path, {"de/customers/resolved/email.txt.j2": "Alles wieder gut: {{ what }}"})
    message = (
        Renderer(catalogue, "de")
        .render(facts(TextPhase.RESOLVED), "customers", "de", ChannelKind.EMAIL)
        .message
    )

    assert "Alles wieder gut" in message.text
    assert "<p>Alles wieder gut: Chat und E-Mail-Support</p>" in (message.html or "")


def test_a_page_of_the_users_own_replaces_the_layout(tmp_path):
    files = {
        "de/customers/resolved/email.txt.j2": "Behoben.",
        "de/customers/resolved/email.html.j2": "<body><b>{{ organisation }}</b>{{ body }}</body>",
    }
    renderer = Renderer(with_files(tmp_path, files), "de")
    message = renderer.render(facts(TextPhase.RESOLVED), "customers", "de", ChannelKind.EMAIL).message

    assert message.html == "<body><b>Muster Handel</b>Behoben.</body>"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x.j2",
        "de/../../x",
        "/etc/passwd",
        "de//x",
        "de\\x",
        "C:x",
        "de/\x00",
        "./x",
        "de/x/",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(TemplateError):
        Catalogue([tmp_path]).find(name)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    secret = written(tmp_path, {"secret.txt": "s3cret"}) / "secret.txt"
    inside = tmp_path / "templates" / "de"
    inside.mkdir(parents=True)
    (inside / "x.j2").symlink_to(secret)

    with pytest.raises(TemplateError, match="leads out of"):
        Catalogue([tmp_path / "templates"]).find("de/x.j2")


def test_a_link_within_the_folder_is_followed(tmp_path):
    written(tmp_path, {"de/a.j2": "text"})
    (tmp_path / "de" / "b.j2").symlink_to(tmp_path / "de" / "a.j2")

    found = Catalogue([tmp_path]).find("de/b.j2")
    assert found is not None
    assert found.read() == "text"


def test_a_template_that_is_no_text_is_refused_with_its_line(tmp_path):
    (tmp_path / "x.j2").write_bytes(b"gut\n\xff\n")
    found = Catalogue([tmp_path]).find("x.j2")

    assert found is not None
    with pytest.raises(TemplateError, match=r"x\.j2, line 2: not UTF-8"):
        found.read()


def test_an_enormous_template_is_refused(tmp_path):
    (tmp_path / "x.j2").write_bytes(b"x" * 200_000)
    found = Catalogue([tmp_path]).find("x.j2")

    assert found is not None
    with pytest.raises(TemplateError, match="more than 131,072 bytes"):
        found.read()


def test_a_template_folder_that_does_not_exist_is_a_mistake_in_the_configuration(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        default_folders(tmp_path / "nowhere")


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"no template de/customers/investigating/sms\.txt\.j2"):
        Renderer(Catalogue([tmp_path]), "de").render(facts(), "customers", "de", ChannelKind.SMS)
