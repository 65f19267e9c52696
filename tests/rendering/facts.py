"""Facts and folders for the tests of rendering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Facts, TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts, situation_named

SMS = "de/customers/investigating/sms.txt.j2"
SHIPPED = Catalogue(default_folders(None))


def facts(about: TextPhase | Situation = Situation.INVESTIGATING, **changes: Any) -> Facts:
    return replace(sample_facts(situation_named(about)), **changes)


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def with_files(folder: Path, files: Mapping[str, str]) -> Catalogue:
    """The shipped templates with these files over them."""
    return Catalogue(default_folders(written(folder, files)))


def render_sms(folder: Path, text: str, record: Facts | None = None) -> Rendered:
    renderer = Renderer(with_files(folder, {SMS: text}), "de")
    return renderer.render(record or facts(), "customers", "de", ChannelKind.SMS)
