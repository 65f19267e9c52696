"""Build what writes texts: templates and their renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadcast.config.settings import Settings
from broadcast.model.channel import ChannelKind, Limit

if TYPE_CHECKING:
    from broadcast.rendering.catalogue import Catalogue
    from broadcast.rendering.render import Renderer


def make_catalogue(settings: Settings) -> Catalogue:
    """Return the templates of these settings: the user's own before the shipped ones."""
    from broadcast.rendering.catalogue import Catalogue, default_folders

    return Catalogue(default_folders(settings.templates))


def make_renderer(settings: Settings, catalogue: Catalogue) -> Renderer:
    """Return the renderer for the configured channels; raises `ConfigError`."""
    from broadcast.rendering.render import Renderer

    return Renderer(catalogue, settings.locale, post=post_limits(settings), letterhead=settings.letterhead)


def post_limits(settings: Settings) -> tuple[Limit, ...]:
    """Return the limits of a post that every configured social network accepts; raises `ConfigError`."""
    from broadcast.channels import registry

    return registry.limits(settings.channels.values(), ChannelKind.SOCIAL)
