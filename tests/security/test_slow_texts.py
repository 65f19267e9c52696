"""No text, however it is made, takes time that grows faster than the text: nobody can wait in an outage."""

from __future__ import annotations

import time
from collections.abc import Callable

from jinja2.runtime import Context

from broadcast.channels import linkify
from broadcast.channels.chat.lines import lines
from broadcast.channels.page.site import safe_html as page
from broadcast.channels.responses import excerpt
from broadcast.ledger.scrub import Scrubber
from broadcast.model.redaction import mask_addresses
from broadcast.rendering import clean, drill, factcheck, filters, phrase, post_length, prose, sms, speech
from broadcast.rendering.environment import Loader, Texts
from broadcast.rendering.tag_lines import without_tag_lines
from broadcast.rendering.words import words_for
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

ENGLISH = words_for("en")

#: What a filter is given beside the text: the sandbox of templates, and the facts.
FACTS = Context(Texts(Loader(SHIPPED, "de"), autoescape=True), {"hotline": "030 23125000"}, None, {})
NOTHING = factcheck.KnownFacts(frozenset(), frozenset())
READERS: dict[str, Callable[[str], object]] = {
    "clean": clean.clean,
    "fact check": lambda text: factcheck.contradictions(text, NOTHING),
    "fact check of a page": lambda text: factcheck.contradictions_html(text, NOTHING),
    "visible": drill.visible,
    "drill": lambda text: (
        drill.with_drill_word(text, "EXERCISE"),
        drill.with_drill_word_in_html(text, "EXERCISE"),
    ),
    "denial": lambda text: drill.refuse_denial(text, "x"),
    "paragraphs": lambda text: filters.paragraphs(FACTS, text),
    "shortened": lambda text: phrase.shortened(text, 9_000),
    "sentence": phrase.sentence,
    "holes": prose.holes,
    "remarks": lambda text: list(prose.problems(text, "en")),
    "spoken": lambda text: speech.seconds(speech.spoken(text, ENGLISH)),
    "sms": lambda text: sms.measure(sms.transliterate(text)),
    "weighted": post_length.weighted_length,
    "wrapped": post_length.wrapped_length,
    "template": without_tag_lines,
    "links": lambda text: list(linkify.pieces(text)),
    "chat": lines,
    "page": lambda text: (page.paragraphs(text), page.unbroken(text)),
    "provider": excerpt,
    "erasing": Scrubber(["Anna Muster"]).prose,
    "report": mask_addresses,
}
PARTS = (
    *(
        "a",
        "A ",
        "1",
        "1 ",
        "0(",
        "+1",
        "1.",
        "a.",
        "a-",
        ".",
        ",",
        "-",
        "_",
        "(",
        "[",
        "{",
        " ",
        "\t",
        "\n",
        "\n ",
    ),
    *(
        "@",
        "a@",
        "a@a.",
        "a1@",
        "/",
        "a/",
        "http://",
        "www.",
        "mailto:",
        "1:",
        "12:3",
        "1/",
        "Mo 1.",
        "1. Mo",
    ),
    *(
        "<",
        "<a",
        "<!--",
        "<style>",
        "<head>",
        "</a",
        "&",
        "&#",
        "'",
        '"',
        "{%",
        "{#",
        "{# a #} ",
        "#}",
        "\x1b[",
        "\x1b]",
    ),
    *(
        "\u1100",
        "\u1161",
        "\u11a8",
        "가",
        "e\u0301",
        "😀",
        "😀\u200d",
        "🇩",
        "\U000e0067",
        "\u200d",
        "\ufe0f",
        "漢",
        "١",
    ),
)
LENGTH = 10_000


@for_every("reader", READERS)
def test_time_grows_with_the_text_and_no_faster(reader):
    read = READERS[reader]
    for part in PARTS:
        text = f"x {part * (LENGTH // len(part))}!\n"
        # A busy machine slows one reading down, hardly three; squared time is seconds in each of them.
        assert any(_cpu_seconds(read, text) < 0.3 for _ in range(3)), (reader, part)


def _cpu_seconds(read: Callable[[str], object], text: str) -> float:
    before = time.process_time()
    read(text)
    return time.process_time() - before
