"""From `[hotline] crm` to the source that it names."""

from __future__ import annotations

from broadcast.channels import registry
from broadcast.channels.base import Adapter, FindsCallers
from broadcast.config.settings import Settings
from broadcast.crm.caller_lookup import CallerSource
from broadcast.crm.contact_list import ContactList
from broadcast.crm.service_desk import ServiceDesk
from broadcast.crm.web_service import WebService
from broadcast.errors import ConfigError


def refuse_unable(settings: Settings) -> None:
    """Raise `ConfigError` if `crm` names a channel whose provider does not know callers."""
    crm = settings.calls.crm if settings.calls else None
    if crm is None or not crm.channel:
        return
    if not issubclass(registry.adapter_for(settings.channels[crm.channel]), FindsCallers):
        raise ConfigError(
            f"{crm.origin}: channel {crm.channel} cannot look up who calls",
            hint='name a channel with adapter = "zendesk", or write contacts, url or sql',
        )


def build_source(settings: Settings) -> CallerSource | None:
    """Return where callers are looked up; None without `crm`. Raises `ConfigError`."""
    crm = settings.calls.crm if settings.calls else None
    if crm is None:
        return None
    if crm.contacts:
        return ContactList(crm.contacts, settings.region)
    if crm.url:
        return WebService.from_settings(crm)
    if crm.database:
        from broadcast.crm.customer_database import CustomerDatabase

        return CustomerDatabase(crm, crm.database)
    refuse_unable(settings)
    channel: Adapter = registry.build(settings.channels[crm.channel])
    finder: object = channel
    return ServiceDesk(finder, channel, crm.timeout) if isinstance(finder, FindsCallers) else None
