"""Find the configuration and read it into frozen settings, or say everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from broadcast.config import shapes
from broadcast.config.alternatives import read_alternative
from broadcast.config.channels import read_channel
from broadcast.config.document import Document, read_document
from broadcast.config.environment import exposed, overrides, read_dotenv, slips
from broadcast.config.ledger import ledger_path
from broadcast.config.problems import Problems, did_you_mean
from broadcast.config.settings import AudienceSettings, ChannelSettings, Settings
from broadcast.config.table import Source, Table
from broadcast.config.watching import read_status_pages, read_watch
from broadcast.errors import ConfigError
from broadcast.model.consent import ConsentRule
from broadcast.model.incident import Service
from broadcast.model.system import system_name

FILE_NAME = "broadcast.toml"
_SECTIONS = frozenset(
    {
        "broadcast",
        "ledger",
        "channels",
        "audiences",
        "services",
        "fates",
        "alternatives",
        "watch",
        "status_pages",
    }
)
_GENERAL = frozenset(
    {
        "organisation",
        "locale",
        "timezone",
        "status_url",
        "hotline",
        "live",
        "region",
        "max_recipients",
        "templates",
    }
)
_AUDIENCE = frozenset({"consent", "contacts", "internal", "lanes", "texts"})
_REGIONS = {"de": "DE", "en": "GB"}


def load(explicit: Path | None, environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings of the file that `find_config` finds, the environment before the file.

    `folder` is the working directory. Raises one `ConfigError` that names every problem with its line.
    """
    path = find_config(explicit, environ, folder)
    label = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    document = read_document(path, label)
    source = _source(document, path.parent, environ)
    settings = _settings(source, path, folder)
    source.problems.settle()
    return settings


def find_config(explicit: Path | None, environ: Mapping[str, str], folder: Path) -> Path:
    """`--config`, then BROADCAST_CONFIG, then `broadcast.toml` in `folder`, then the user's own."""
    named, origin = explicit, "--config"
    if named is None and environ.get("BROADCAST_CONFIG"):
        named, origin = Path(environ["BROADCAST_CONFIG"]), "BROADCAST_CONFIG"
    if named is not None:
        path = folder / named.expanduser()
        if path.is_file():
            return path
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ConfigError(
            f"{origin}: {named} {what}", hint="name a broadcast.toml; `broadcast init` writes one"
        )
    import platformdirs

    own = platformdirs.user_config_path("broadcast", appauthor=False) / FILE_NAME
    for path in (folder / FILE_NAME, own):
        if path.is_file():
            return path
    raise ConfigError(
        f"there is no configuration: neither {folder / FILE_NAME} nor {own}",
        hint="write one with `broadcast init`, or name it with --config",
    )


def _source(document: Document, folder: Path, environ: Mapping[str, str]) -> Source:
    dotenv = read_dotenv(folder)
    channels = document.tables.get("channels")
    names = list(channels) if isinstance(channels, dict) else []
    visible = dotenv | {name: value for name, value in environ.items() if value}
    warning = exposed(folder / ".env")
    return Source(
        document=document,
        folder=folder,
        overrides=overrides(environ, dotenv, names),
        environment=visible,
        problems=Problems(document.label),
        warnings=([warning] if warning else []) + slips(visible, names),
    )


def _settings(source: Source, path: Path, folder: Path) -> Settings:
    _check_sections(source)
    general = Table(source, "broadcast")
    general.check_keys(_GENERAL)
    locale = general.take("locale", shapes.locale, "en")
    channels = {table.path[-1]: read_channel(table) for table in Table(source, "channels").tables()}
    audiences = Table(source, "audiences").tables()
    return Settings(
        folder=path.parent,
        path=path,
        ledger=ledger_path(Table(source, "ledger"), folder),
        organisation=general.require("organisation", shapes.text, "", 'organisation = "Muster Handel"'),
        locale=locale,
        timezone=_timezone(general),
        status_url=general.take("status_url", shapes.url, None),
        hotline=general.take("hotline", shapes.text, None),
        live=general.take("live", shapes.flag, default=True),
        region=_region(general, locale),
        max_recipients=general.take("max_recipients", shapes.whole, None),
        templates=_templates(general),
        channels=MappingProxyType(channels),
        audiences=MappingProxyType({table.path[-1]: _audience(table, channels) for table in audiences}),
        services=MappingProxyType(
            {table.path[-1]: _service(table) for table in Table(source, "services").tables()}
        ),
        fates=MappingProxyType(_fates(Table(source, "fates"))),
        alternatives=MappingProxyType(
            {table.path[-1]: read_alternative(table) for table in Table(source, "alternatives").tables()}
        ),
        watch=read_watch(Table(source, "watch")),
        status_pages=MappingProxyType(read_status_pages(Table(source, "status_pages"))),
        origins=MappingProxyType(source.origins),
        warnings=tuple(source.warnings),
    )


def _check_sections(source: Source) -> None:
    document = source.document
    for name, value in document.tables.items():
        where = f"{document.where(name)}: {name}"
        if name in _SECTIONS and not isinstance(value, dict):
            source.problems.add(where, "is not a table", f"write [{name}] on a line of its own")
        elif name in _GENERAL:
            source.problems.add(where, "stands outside its section", "put it below [broadcast]")
        elif name not in _SECTIONS:
            fix = did_you_mean(name, _SECTIONS)
            source.problems.add(f"{document.where(name)}: [{name}]", "is not a known section", fix)


def _timezone(general: Table) -> ZoneInfo:
    if "timezone" not in general.given():
        label = general.source.document.label
        general.source.warnings.append(f'{label}: times are in UTC; set timezone = "Europe/Berlin", or yours')
    return general.take("timezone", shapes.timezone, ZoneInfo("UTC"))


def _region(general: Table, locale: str) -> str:
    """The country of phone numbers without a country code: as set, else the locale's."""
    language, _, country = locale.partition("-")
    default = country or _REGIONS.get(language, "")
    if not default:
        return general.require(
            "region", shapes.region, "", 'region = "FR", the country of your phone numbers'
        )
    return general.take("region", shapes.region, default)


def _templates(general: Table) -> Path | None:
    folder = general.source.folder
    spelled = general.take("templates", shapes.text, None)
    if spelled is None:
        beside = folder / "templates"
        return beside if beside.is_dir() else None
    path = folder / Path(spelled).expanduser()
    if not path.is_dir():
        general.wrong("templates", f'there is no folder "{spelled}"', "create it or remove the line")
    return path


def _audience(table: Table, channels: Mapping[str, ChannelSettings]) -> AudienceSettings:
    table.check_keys(_AUDIENCE)
    name = table.path[-1]
    example = f"lanes = [{list(channels)[:2] or ['email', 'sms']}]".replace("'", '"')
    none: tuple[tuple[str, ...], ...] = ()
    lanes = table.require("lanes", shapes.lanes, none, example)
    for lane in lanes:
        for channel in sorted(set(lane)):
            if channel not in channels:
                table.wrong("lanes", f'there is no channel "{channel}"', did_you_mean(channel, channels))
            elif lane.count(channel) > 1:
                table.wrong("lanes", f'"{channel}" stands twice in one lane', "name it once")
    paths = table.take("contacts", shapes.texts, ())
    return AudienceSettings(
        name=name,
        origin=f"{table.source.document.label}, [{'.'.join(table.path)}]",
        texts=table.take("texts", shapes.text, name),
        contacts=tuple(table.source.folder / Path(path).expanduser() for path in paths),
        lanes=lanes,
        internal=table.take("internal", shapes.flag, default=False),
        consent=table.take("consent", shapes.consent, ConsentRule.ASSUMED),
    )


def _fates(table: Table) -> dict[str, tuple[str, ...]]:
    """What each system depends on; one that is spelled in two ways is one system."""
    fates: dict[str, tuple[str, ...]] = {}
    for spelled in table.given():
        name = system_name(spelled)
        fates[name] = (*fates.get(name, ()), *table.take(spelled, shapes.texts, ()))
    return fates


def _service(table: Table) -> Service:
    names = [key for key in table.given() if shapes.LOCALE.fullmatch(key)]
    table.check_keys(frozenset({"component", "de", "en", *names}))
    component = table.take("component", shapes.text, None)
    return Service(
        key=table.path[-1],
        names=tuple((name, table.take(name, shapes.text, "")) for name in names),
        component=component,
    )
