"""Services of the configuration and services of notices are the same ones, by key and in every language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from broadcast.channels.page.site.adapter import Site
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.incident import Service
from broadcast.model.outcome import Accepted
from tests.channels.page.site.sample import outgoing

SERVICES = (
    Service("checkout", (("de", "Kasse"), ("en", "Checkout"))),
    Service("search", (("de", "Suche"), ("en", "Search")), component="cmp-search"),
    Service("till"),
)


def page(folder: Path, **options: object) -> Site:
    settings = ChannelSettings(
        name="site",
        adapter="site",
        origin="here",
        folder=folder,
        options={"path": "public", **options},
        services=SERVICES,
    )
    return Site.from_settings(settings, Transport())


async def shown(folder: Path, service: Service, **options: object) -> list[tuple[str, str]]:
    """Each component with its state, after a notice about one service."""
    message = outgoing("k1")
    named = replace(
        message.headline,
        services=(service,),
    )
    [outcome] = await page(folder, locale="en", **options).send([replace(message, headline=named)])
    assert isinstance(outcome, Accepted)
    listed = json.loads((folder / "public/api/v2/components.json").read_text())["components"]
    return [(one["name"], one["status"]) for one in listed]


@pytest.mark.parametrize(("index", "name"), [(0, "Checkout"), (1, "Search"), (2, "till")])
async def test_all_services_are_listed_unless_some_are_named(tmp_path, index, name):
    listed = dict(await shown(tmp_path, SERVICES[index]))

    assert list(listed) == ["Checkout", "Search", "till"]
    assert [each for each, status in listed.items() if status != "operational"] == [name]


@pytest.mark.parametrize(
    "components",
    [
        ["checkout"],
        ["Kasse"],
        ["Checkout"],
        {"checkout": "Tills and cards"},
        {"checkout": {"de": "Kassen und Karten", "en": "Tills and cards"}},
    ],
)
async def test_a_component_named_by_key_or_in_any_language_is_the_service_itself(tmp_path, components):
    listed = await shown(tmp_path, SERVICES[0], components=components)

    assert len(listed) == 1
    assert listed[0][1] != "operational"
