"""What a template must not be able to do, and how it is told."""

from __future__ import annotations

from time import process_time

import pytest

from broadcast.errors import TemplateError
from broadcast.model.channel import ChannelKind
from broadcast.rendering.render import Renderer
from tests.rendering.facts import SMS, facts, render_sms, with_files

ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ title.__class__.__base__.__subclasses__() }}",
    "{{ started.__class__ }}",
    "{{ started.strftime('%Y') }}",
    "{{ started.replace(year=1) }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ title.format }}",
    "{{ title|attr('__class__') }}",
    "{{ '%s'|format(title) }}",
    "{{ [title]|map('upper')|join }}",
    "{{ title|map(attribute='__class__')|join }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum() }}",
    "{{ joiner }}",
    "{{ namespace() }}",
    "{{ dict(a=1) }}",
    "{{ range(3) }}",
    "{{ config }}",
    "{{ request }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ alternatives.append(1) }}",
    "{{ alternatives[0].__class__ }}",
    "{{ alternatives.__len__() }}",
    "{{ contact.__class__ }}",
    "{{ contact['__class__'] }}",
    "{{ room.__class__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% include '../../../../etc/passwd' %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends '../x' %}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{{ title|safe }}",
    "{{ title|pprint }}",
    "{{ title|tojson }}",
    "{{ (lambda: 1)() }}",
    "{{ mark|batch(3) }}",
    "{% do alternatives.append(1) %}",
    "{% debug %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_cannot_reach_beyond_the_facts(tmp_path, text):
    with pytest.raises(TemplateError):
        render_sms(tmp_path, text)


BOMBS = [
    "{{ 'a' * 300000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 999999999999 * 999999999999 * 999999999999 }}",
    "{{ 'a'|center(300000000) }}",
    "{{ '%0999999999d'|format(1) }}",
    "{{ 'a'.ljust(300000000) }}",
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    f"{{% include '{SMS.removeprefix('de/').removesuffix('.j2')}' %}}" * 2,
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a ~ a ~ a %}" * 60 + "{{ a }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a %}{{ a }}{{ a }}{{ a }}{% endset %}" * 60 + "{{ a }}",
    "{% macro d(x) %}{{ x }}{{ x }}{% endmacro %}{{ " + "d(" * 40 + "'aaaa'" + ")" * 40 + " }}",
    "{% set a = 'a' %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "{% set a = ['a', 'a'] %}" + "{% set a = [a, a] %}" * 60 + "{{ a == a }}",
    "{% set a = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}"
    + "{% for b in a %}" * 5
    + "{% endfor %}" * 5,
    "{% for a in 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}" + "x" * 60_000 + "{% endfor %}",
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    "{% if 1 %}" * 150 + "{% endif %}" * 150,
]


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_a_template_cannot_fill_the_memory_or_run_for_ever(tmp_path, text):
    begun = process_time()

    with pytest.raises(TemplateError):
        render_sms(tmp_path, text)

    assert process_time() - begun < 2


def test_a_missing_name_is_told_with_file_and_line(tmp_path):
    with pytest.raises(TemplateError, match=r"sms\.txt\.j2, line 3: 'hotlin' is undefined") as caught:
        render_sms(tmp_path, "eins\n{% if title %}\n{{ hotlin }}\n{% endif %}\n")

    assert caught.value.hint == "did you mean hotline?"


def test_a_name_nobody_knows_is_told_how_to_be_given(tmp_path):
    with pytest.raises(TemplateError) as caught:
        render_sms(tmp_path, "{{ bridge_number }}")

    assert "-v bridge_number=" in (caught.value.hint or "")


def test_a_broken_tag_is_told_with_file_and_line(tmp_path):
    with pytest.raises(TemplateError, match=r"sms\.txt\.j2, line 4: .*endfor"):
        render_sms(tmp_path, "eins\n{# zwei\ndrei #}\n{% endfor %}\nfünf")


def test_an_unknown_filter_is_told_with_those_there_are(tmp_path):
    with pytest.raises(TemplateError, match="line 1: No filter named 'shout'") as caught:
        render_sms(tmp_path, "{{ title|shout }}")

    assert "duration" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ ended }}", "a value is None"),
        ("{{ ended|time }}", "is it set"),
        ("{{ started }}", "shown with a filter"),
        ("{{ alternatives }}", "a list cannot be shown"),
        ("{{ drill }}", "a value is False"),
        ("   ", "the text is empty"),
    ],
)
def test_what_cannot_be_shown_is_refused_rather_than_shown_somehow(tmp_path, text, reason):
    with pytest.raises(TemplateError, match=reason):
        render_sms(tmp_path, text)


def test_a_missing_include_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"there is no template _parts/nothing\.j2"):
        render_sms(tmp_path, "{% include '_parts/nothing' %}")


def test_internal_variables_do_not_exist_in_texts_for_the_public(tmp_path):
    record = facts(variables=(("internal_bridge", "030 1111"),))
    own = with_files(
        tmp_path,
        {
            "de/agents/sms.txt.j2": "{{ internal_bridge }}",
            "de/customers/investigating/page.txt.j2": "{{ internal_bridge }}",
        },
    )
    renderer = Renderer(own, "de")

    assert renderer.render(record, "agents", "de", ChannelKind.SMS).message.text == "030 1111"
    with pytest.raises(TemplateError, match="undefined"):
        renderer.render(record, "agents", "de", ChannelKind.PAGE)
    with pytest.raises(TemplateError, match="undefined"):
        render_sms(tmp_path, "{{ internal_bridge }}", record)


def test_a_variable_cannot_take_the_name_of_a_fact(tmp_path):
    with pytest.raises(TemplateError, match="-v hotline"):
        render_sms(tmp_path, "{{ title }}", facts(variables=(("hotline", "0"),)))
