"""Lines of tags leave no empty line, and no template makes that slow."""

from __future__ import annotations

import time

import pytest

from broadcast.rendering.tag_lines import without_tag_lines
from tests.harness.cases import for_every


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{% if a %}\nx\n", "{% if a \n%}x\n"),
        ("  {%- if a -%} {# b #}\t\nx", "  {%- if a -%} {# b \n#}x"),
        ("{# over\ntwo lines #}\nx", "{# over\ntwo lines \n#}x"),
        ("{% if a +%}\nx", "{% if a \n+%}x"),
        ("{%- include 'x' %}\ny", "{%- include 'x' %}\ny"),
        ("{% if a %}x{% endif %}\ny", "{% if a %}x{% endif %}\ny"),
        ("{{ a }}\n{% set b = 1 %}", "{{ a }}\n{% set b = 1 %}"),
        ("{# never closed\n{% if a %}\n", "{# never closed\n{% if a %}\n"),
        ("{#-#}\n\n", "{#\n-#}\n"),
    ],
)
def test_the_line_end_moves_into_the_last_tag(written, read):
    assert without_tag_lines(written) == read


@for_every(
    "part", ["{# a #} {% b %} ", "{# a #}{% %} ", "{#\n", "{%", "{# a ", "{% x %}\n", "{#-", "\t{# #}"]
)
@for_every("end", ["", "x", "\n", "#}x"])
def test_no_line_of_tags_takes_exponential_time(part, end):
    before = time.process_time()
    without_tag_lines(part * (128_000 // len(part)) + end)

    assert time.process_time() - before < 1
