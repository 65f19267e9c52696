"""The variables of a mail's layout beside the facts: whose foot it has, and how the text begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadcast.model.letterhead import Foot
from broadcast.model.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`frame.NAME` in `_layout/email.html` and `_layout/email.txt`.

    `audience` is the folder that the text comes from. `heading` is the title if it adds something to the
    text. `first` is the first line of the text, `rest` are the others; `opening` is its first sentence, for
    the line that a list of mails shows beside the subject.
    """

    audience: str
    footer: str | None
    imprint_url: str | None
    privacy_url: str | None
    heading: str
    first: str
    rest: str
    opening: str


def frame_of(audience: str, foot: Foot, body: str, named: Mapping[str, object]) -> Frame:
    """Return the frame of a text: plain, or HTML in which only lines matter. `named` are its variables."""
    first, _, rest = body.partition("\n")
    return Frame(
        audience=audience,
        footer=foot.footer,
        imprint_url=foot.imprint_url,
        privacy_url=foot.privacy_url,
        heading=_heading(str(named["title"]), str(named["services"]), Situation(str(named["situation"]))),
        first=first,
        rest=rest,
        opening=_opening(body),
    )


def _heading(title: str, services: str, situation: Situation) -> str:
    """Return the title; "" if it only names the services, or if the outage is over."""
    disturbed = situation.down or situation.maintenance
    stutters = services.casefold() in title.casefold() or title.casefold() in services.casefold()
    return title if services and disturbed and not stutters else ""


def _opening(body: str) -> str:
    """Return the first line; with the next line if it is only a heading: `Your decision: ...`."""
    said: list[str] = []
    for line in filter(None, body.split("\n")):
        said.append(line.removeprefix("- "))
        if not line.endswith(":"):
            break
    return type(body)(" ").join(said)
