"""Jinja for notices: sandboxed, with strict names, a budget, and escaping by kind of text.

This module imports Jinja; import it only to render.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from types import CodeType
from typing import Any, NoReturn

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    meta,
    nodes,
)
from jinja2 import Environment as Jinja
from jinja2 import TemplateError as JinjaError
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from broadcast.errors import TemplateError
from broadcast.model.nearest import did_you_mean
from broadcast.rendering import renamed_parts
from broadcast.rendering.catalogue import SUFFIX, Catalogue, TemplateSource, locale_chain
from broadcast.rendering.filters import FILTERS, FilterError, ReadingContext, printed
from broadcast.rendering.missing import Strict
from broadcast.rendering.tag_lines import without_tag_lines
from broadcast.rendering.template_budget import Budget, Metered, OverBudget, checked_number
from broadcast.rendering.words import words_for

#: The names in every source that this process has parsed.
_NAMES: dict[str, frozenset[str]] = {}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})
_KEPT_FILTERS = (
    *("capitalize", "default", "escape", "first", "int", "last", "length", "lower", "trim", "upper"),
    *("d", "e"),
)
_MISTAKES = (
    JinjaError,
    OverBudget,
    FilterError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    SyntaxError,
)


#: A full stop after a quotation or a title that has ended already: `“Is sign-in slow?”.`
_SECOND_STOP = re.compile(r"""([?!…]|[.?!…][”“"»])\.(?=\s|$)""")


class Loader(BaseLoader):
    """Finds `<locale>/<name>` by the chain of locales, so that includes need no locale."""

    def __init__(self, catalogue: Catalogue, default_locale: str) -> None:
        self._catalogue = catalogue
        self._default_locale = default_locale

    def find(self, name: str) -> TemplateSource:
        """Return the file behind a template name; raises Jinja's `TemplateNotFound`."""
        locale, _, rest = name.partition("/")
        names = (rest, renamed_parts.PARTS.get(rest, rest))
        locales = locale_chain(locale, self._default_locale)
        source = self._catalogue.first([place for part in names for place in _places(part, locales)])
        if source is None:
            raise TemplateNotFound(rest)
        return source

    def get_source(self, environment: Jinja, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002  # Jinja's signature
        """Return text, file name (for errors) and whether the text is still current, as Jinja asks for it."""
        source = self.find(template)
        return source.read(), str(source.path), lambda: True


def _places(name: str, locales: Iterable[str]) -> list[str]:
    return [*(f"{locale}/{name}" for locale in locales), name]


class Compiled(BytecodeCache):
    """Templates that this process has compiled: to compile one takes ten times as long as to render it."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja the compiled form of the same file with the same text."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the compiled form of a file."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


#: Escaping is compiled in.
_COMPILED = {False: Compiled(), True: Compiled()}


class Texts(ImmutableSandboxedEnvironment):
    """The sandbox: it calls only macros and blocks, and refuses arithmetic on texts and unprintable values.

    The caller sets `autoescape` for the part of the message; a file's name never decides it.
    """

    intercepted_binops = _ARITHMETIC

    def __init__(self, loader: Loader, *, autoescape: bool) -> None:
        super().__init__(
            loader=loader,
            undefined=Strict,
            autoescape=autoescape,
            finalize=printed,
            auto_reload=False,
            bytecode_cache=_COMPILED[autoescape],
        )
        self.reading = ReadingContext(words_for(""))
        self.globals.clear()
        kept = {name: self.filters[name] for name in _KEPT_FILTERS}
        self.filters = {**kept, **FILTERS}
        self._sources = loader

    def join_path(self, template: str, parent: str) -> str:
        """Look up includes and parents in the locale of the text."""
        name = template if template.endswith(SUFFIX) else template + SUFFIX
        return f"{parent.partition('/')[0]}/{name}"

    def is_safe_callable(self, obj: object) -> bool:
        """Allow calls of macros and blocks, but not of methods of values: filters replace them."""
        return isinstance(obj, Macro | BlockReference | LoopContext)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Allow arithmetic on small numbers only; texts are joined with `~`."""
        numbers = all(isinstance(value, int | float) for value in (left, right))
        if not numbers or operator == "**":
            raise SecurityError(f"`{operator}` works on small numbers only; join texts with `~`")
        return checked_number(super().call_binop(context, operator, left, right))

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Remove the line end of lines that hold only tags, so that they leave no empty line."""
        return without_tag_lines(super().preprocess(source, name, filename))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        Metered(name, filename).visit(parsed)
        return parsed

    def write(
        self, name: str, variables: Mapping[str, object], as_of: datetime | None = None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the rendered template, and the texts that it marks as `fixed`.

        Raises:
            TemplateError: with file and line, if the template is broken or exceeds its budget.
        """
        short = name.rpartition("/")[2].startswith("sms.")
        self.reading = ReadingContext(words_for(name.partition("/")[0]), as_of, short, Budget())
        try:
            text = _SECOND_STOP.sub(r"\1", self.get_template(name).render(variables))
        except (RecursionError, MemoryError):
            raise TemplateError(
                f"{self._shown(name)}: the template includes or calls itself without end",
                hint="take the include or the macro call out",
            ) from None
        except _MISTAKES as error:
            self._explain(name, error, variables)
        return text, tuple(self.reading.budget.fixed)

    def names(self, name: str) -> frozenset[str]:
        """Return the variables that the file itself uses; raises `TemplateError` if it is broken."""
        try:
            self.get_template(name)
            return self._names_in(self._sources.find(name).read())
        except _MISTAKES as error:
            self._explain(name, error, {})

    def included(self, names: Iterable[str]) -> frozenset[str]:
        """Return what these files include or extend, by the name below the locale; it skips broken files."""
        found: set[str] = set()
        for name in names:
            with suppress(*_MISTAKES):
                parsed = self.parse(self._sources.find(name).read())
                found.update(filter(None, meta.find_referenced_templates(parsed)))
        return frozenset(name if name.endswith(SUFFIX) else name + SUFFIX for name in found)

    def _names_in(self, source: str) -> frozenset[str]:
        if source not in _NAMES:
            _NAMES[source] = frozenset(meta.find_undeclared_variables(self.parse(source)))
        return _NAMES[source]

    def _explain(self, name: str, error: Exception, variables: Mapping[str, object]) -> NoReturn:
        place = _place(error) or self._shown(name)
        raise TemplateError(f"{place}: {_reason(error)}", hint=_hint(error, variables)) from None

    def _shown(self, name: str) -> str:
        try:
            return str(self._sources.find(name).path)
        except TemplateNotFound:
            return name


def _place(error: Exception) -> str | None:
    """Return `<file>, line <n>`, from the error itself or from the frames Jinja maps back to templates."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(SUFFIX)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else None


def _reason(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    message = str(error.message) if isinstance(error, JinjaError) else str(error)
    return message.strip().rstrip(".") or type(error).__name__


def _hint(error: Exception, variables: Mapping[str, object]) -> str:
    if isinstance(error, UndefinedError):
        return _hint_for_name(str(error), variables)
    if isinstance(error, SecurityError | OverBudget):
        return "templates only show facts: use the documented names and filters"
    if "filter" in str(error):
        return f"the filters are: {', '.join(sorted({*_KEPT_FILTERS, *FILTERS} - {'spend', 'concatenate'}))}"
    return "check it with: broadcast template lint"


def _hint_for_name(message: str, variables: Mapping[str, object]) -> str:
    found = re.match(r"'(\w+)' is undefined", message)
    name = found[1] if found else ""
    typed = name or "NAME"
    pass_or_test = f"pass it with: -v {typed}=...; or test it: {{% if {typed} is defined %}}"
    return did_you_mean(name, variables) or pass_or_test
