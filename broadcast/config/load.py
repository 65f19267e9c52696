"""Find the configuration and read it into frozen settings, or report everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from broadcast.config import keys, shapes
from broadcast.config.ai import read_ai
from broadcast.config.alternatives import read_alternative
from broadcast.config.approval import read_approval
from broadcast.config.cadence import read_cadence
from broadcast.config.channels import read_channel
from broadcast.config.document import Document, read_document
from broadcast.config.environment import Variables, exposed, read_dotenv
from broadcast.config.escalation import Names, read_escalation
from broadcast.config.hotline import read_hotline
from broadcast.config.ledger import ledger_path
from broadcast.config.maintenance import read_maintenance
from broadcast.config.oncall import read_oncall
from broadcast.config.problems import Problems
from broadcast.config.serving import read_serve
from broadcast.config.settings import AudienceSettings, ChannelSettings, Settings
from broadcast.config.table import TomlSource, TomlTable
from broadcast.config.watching import read_status_pages, read_watch
from broadcast.config.worded import read_worded
from broadcast.errors import ConfigError
from broadcast.model.escalation import EscalationPolicy
from broadcast.model.incident import Service
from broadcast.model.nearest import suggest
from broadcast.model.system import system_name

FILE_NAME = "broadcast.toml"
_REGIONS = {"de": "DE", "en": "GB"}


def load(explicit: Path | None, environ: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings from the file that `find_config` finds; the environment overrides it.

    `folder` is the working directory. Raises one `ConfigError` that names every problem with its line.
    """
    path = find_config(explicit, environ, folder)
    label = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    document = read_document(path, label)
    source = _source(document, path.parent, environ)
    settings = _settings(source, path, folder)
    source.problems.raise_any()
    return settings


def find_config(explicit: Path | None, environ: Mapping[str, str], folder: Path) -> Path:
    """Return the path: `--config`, BROADCAST_CONFIG, `broadcast.toml` in `folder`, or the user's own."""
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


def _source(document: Document, folder: Path, environ: Mapping[str, str]) -> TomlSource:
    dotenv = read_dotenv(folder)
    variables = Variables(document.tables, environ, dotenv.values)
    warning = exposed(folder / ".env")
    problems = Problems(document.label)
    for place, what in variables.clashes():
        problems.add(place, what, "remove one of them, or write the value in the file")
    return TomlSource(
        document=document,
        folder=folder,
        overrides=variables.overrides(),
        environment={**dotenv.values} | {name: value for name, value in environ.items() if value},
        problems=problems,
        warnings=[*([warning] if warning else []), *dotenv.warnings, *variables.slips()],
    )


def _settings(source: TomlSource, path: Path, folder: Path) -> Settings:
    _check_sections(source)
    general = TomlTable(source, "broadcast")
    general.check_keys(keys.BROADCAST.known)
    locale = general.take(keys.LOCALE)
    channels = {table.path[-1]: read_channel(table) for table in TomlTable(source, "channels").tables()}
    audiences = _audiences(TomlTable(source, "audiences").tables(), channels)
    names = Names(_names(source, "oncall"), set(audiences), channels)
    return Settings(
        folder=path.parent,
        path=path,
        ledger=ledger_path(TomlTable(source, "ledger"), folder),
        organisation=general.require(keys.ORGANISATION, 'organisation = "Muster Handel"'),
        locale=locale,
        timezone=_timezone(general),
        status_url=general.take(keys.STATUS_URL),
        hotline=general.take(keys.HOTLINE),
        footer=read_worded(general, keys.FOOTER),
        imprint_url=read_worded(general, keys.IMPRINT_URL),
        privacy_url=read_worded(general, keys.PRIVACY_URL),
        live=general.take(keys.LIVE),
        region=_region(general, locale),
        max_recipients=general.take(keys.MAX_RECIPIENTS),
        templates=_templates(general),
        channels=MappingProxyType(channels),
        audiences=MappingProxyType(audiences),
        services=MappingProxyType(
            {table.path[-1]: _service(table) for table in TomlTable(source, "services").tables()}
        ),
        fates=MappingProxyType(_fates(TomlTable(source, "fates"))),
        alternatives=MappingProxyType(
            {table.path[-1]: read_alternative(table) for table in TomlTable(source, "alternatives").tables()}
        ),
        escalation=MappingProxyType(_escalation(source, names)),
        cadence=read_cadence(
            TomlTable(source, "cadence"), audiences, _names(source, "escalation"), _names(source, "oncall")
        ),
        watch=read_watch(TomlTable(source, "watch")),
        serve=read_serve(TomlTable(source, "serve")),
        oncall=MappingProxyType(
            {table.path[-1]: read_oncall(table) for table in TomlTable(source, "oncall").tables()}
        ),
        maintenance=read_maintenance(TomlTable(source, keys.MAINTENANCE.name)),
        approval=read_approval(
            TomlTable(source, keys.APPROVAL.name), audiences, _names(source, "oncall"), channels
        ),
        calls=read_hotline(
            TomlTable(source, keys.HOTLINE_TABLE.name), channels, audiences, _names(source, "oncall")
        ),
        ai=read_ai(TomlTable(source, keys.AI.name)),
        status_pages=MappingProxyType(read_status_pages(TomlTable(source, "status_pages"))),
        origins=MappingProxyType(source.origins),
        warnings=tuple(source.warnings),
    )


def _names(source: TomlSource, section: str) -> set[str]:
    return {table.path[-1] for table in TomlTable(source, section).tables()}


def _escalation(source: TomlSource, names: Names) -> dict[str, EscalationPolicy]:
    tables = TomlTable(source, keys.ESCALATION.name).tables()
    return {table.path[-1]: read_escalation(table, names) for table in tables}


def _check_sections(source: TomlSource) -> None:
    document = source.document
    for name, value in document.tables.items():
        where = f"{document.where(name)}: {name}"
        if name in keys.BROADCAST.known and not isinstance(value, dict):
            source.problems.add(where, "is outside its section", "put it below [broadcast]")
        elif name in keys.SECTIONS and not isinstance(value, dict):
            source.problems.add(where, "is not a table", f"write [{name}] on a line of its own")
        elif name not in keys.SECTIONS:
            fix = suggest(name, keys.SECTIONS)
            source.problems.add(f"{document.where(name)}: [{name}]", "is not a known section", fix)


def _timezone(general: TomlTable) -> ZoneInfo:
    if "timezone" not in general.given():
        label = general.source.document.label
        general.source.warnings.append(f'{label}: times are in UTC; set timezone = "Europe/Berlin", or yours')
    return general.take(keys.TIMEZONE)


def _region(general: TomlTable, locale: str) -> str:
    """Return the country for phone numbers without a country code: as set, else the locale's."""
    language, _, country = locale.partition("-")
    default = country or _REGIONS.get(language, "")
    if not default:
        return general.require(keys.REGION, 'region = "FR", the country of your phone numbers')
    return general.take(replace(keys.REGION, default=default))


def _templates(general: TomlTable) -> Path | None:
    folder = general.source.folder
    spelled = general.take(keys.TEMPLATES)
    if spelled is None:
        beside = folder / "templates"
        return beside if beside.is_dir() else None
    path = folder / Path(spelled).expanduser()
    if not path.is_dir():
        general.wrong("templates", f'there is no folder "{spelled}"', "create it or remove the line")
    return path


def _audiences(
    tables: Sequence[TomlTable], channels: Mapping[str, ChannelSettings]
) -> dict[str, AudienceSettings]:
    """Return the audiences by name. Audiences with the same texts share one hotline."""
    audiences = {table.path[-1]: _audience(table, channels) for table in tables}
    first = {audience.template_audience: audience for audience in reversed(audiences.values())}
    for table in tables:
        audience = audiences[table.path[-1]]
        other = first[audience.template_audience]
        if audience.hotline != other.hotline:
            same = f'the same texts ("{audience.template_audience}")'
            what = f"is not that of [audiences.{other.name}], which has {same}"
            table.wrong("hotline", what, "write the same hotline in both")
    _check_subscribers(tables, audiences)
    return audiences


def _check_subscribers(tables: Sequence[TomlTable], audiences: Mapping[str, AudienceSettings]) -> None:
    """Note a mistake for each audience that nobody can subscribe to: there is one form, for outsiders."""
    taking: list[str] = []
    for table in tables:
        audience = audiences[table.path[-1]]
        if audience.subscribers and audience.internal:
            table.wrong("subscribers", "does not go with internal = true", "remove one of them")
        elif audience.subscribers and taking:
            what = f"is set in [audiences.{taking[0]}] already"
            table.wrong("subscribers", what, "let people subscribe to one audience")
        elif audience.subscribers:
            taking.append(audience.name)


def _audience(table: TomlTable, channels: Mapping[str, ChannelSettings]) -> AudienceSettings:
    table.check_keys(keys.AUDIENCES.known)
    name = table.path[-1]
    example = f"lanes = [{list(channels)[:2] or ['email', 'sms']}]".replace("'", '"')
    lanes = table.require(keys.LANES, example)
    for lane in lanes:
        for channel in sorted(set(lane)):
            if channel not in channels:
                table.wrong("lanes", f'there is no channel "{channel}"', suggest(channel, channels))
            elif lane.count(channel) > 1:
                table.wrong("lanes", f'"{channel}" is twice in one lane', "name it once")
    paths = table.take(keys.CONTACTS)
    return AudienceSettings(
        name=name,
        origin=f"{table.source.document.label}, [{'.'.join(table.path)}]",
        template_audience=table.take(keys.TEXTS) or name,
        contacts=tuple(table.source.folder / Path(path).expanduser() for path in paths),
        subscribers=table.take(keys.SUBSCRIBERS),
        lanes=lanes,
        internal=table.take(keys.INTERNAL),
        consent=table.take(keys.CONSENT),
        hotline=table.take(keys.OWN_HOTLINE),
    )


def _fates(table: TomlTable) -> dict[str, tuple[str, ...]]:
    """Return the dependencies of each system; two spellings of a name are one system."""
    fates: dict[str, tuple[str, ...]] = {}
    for spelled, fate in table.take_each(keys.FATE).items():
        name = system_name(spelled)
        fates[name] = (*fates.get(name, ()), *fate)
        table.also(spelled, name)
    return fates


def _service(table: TomlTable) -> Service:
    names = [key for key in table.given() if shapes.LOCALE.fullmatch(key)]
    table.check_keys(keys.SERVICES.known | {"de", "en", *names})
    component = table.take(keys.COMPONENT)
    return Service(
        key=table.path[-1],
        names=tuple(table.take_each(keys.NAME, names).items()),
        component=component,
    )
