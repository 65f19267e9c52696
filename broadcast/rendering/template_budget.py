"""What a template may cost and may write: a budget that every loop, macro and output draws on.

A sandbox keeps a template from reaching Python; it does not keep it from filling the memory or running
for ever (`'a' * 300000000` is fine with it). So templates are metered: `Metered` puts a `spend` into
every loop, macro, block and file when they are parsed, and everything that is written is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

MAX_STEPS = 20_000
MAX_CHARACTERS = 250_000  # at most 1 MB, whatever the script
_LARGEST_NUMBER = 10**12
_Body: TypeAlias = nodes.Template | nodes.For | nodes.Macro | nodes.CallBlock | nodes.Block


class OverBudget(Exception):
    """A template loops too often or writes too much."""


@dataclass(slots=True)
class Budget:
    """What one rendering may still cost. `fixed` collects texts a template vouches for itself."""

    steps: int = MAX_STEPS
    characters: int = MAX_CHARACTERS
    fixed: list[str] = field(default_factory=list)

    def spend(self, characters: int) -> None:
        """Count one step that writes this many characters of the template's own text."""
        self.steps -= 1
        if self.steps < 0:
            raise OverBudget(f"the template takes more than {MAX_STEPS:,} steps")
        self.write(characters)

    def write(self, characters: int) -> None:
        """Count what is written, also into a macro or a variable."""
        self.characters -= characters
        if self.characters < 0:
            raise OverBudget(f"the template writes more than {MAX_CHARACTERS:,} characters")


class Metered(NodeTransformer):
    """Rewrites a parsed template so that it cannot outrun its budget; refuses what would escape it."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name = name
        self._filename = filename

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        """A file costs a step each time it is read."""
        return self._metered(node)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """A loop costs a step for each round."""
        return self._metered(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        """A macro costs a step for each call."""
        return self._metered(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        """A call block costs a step for each call."""
        return self._metered(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        """A block costs a step each time it is shown."""
        return self._metered(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """`a ~ b` is counted like everything that is written."""
        self.generic_visit(node)
        first, *rest = node.nodes
        return _filter("concatenate", first, rest, node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        """Lists hold constants."""
        return self._constant(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        """Tuples hold constants, except on the left of `in` and `=`."""
        return node if node.ctx == "store" else self._constant(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        """Tables hold constants."""
        return self._constant(node)

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:
        """`{% autoescape %}` is refused."""
        self._refuse("escaping cannot be switched on or off in a template", node.lineno)

    def _metered(self, node: _Body) -> nodes.Node:
        own_text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        spend = _filter("spend", nodes.Const(own_text, lineno=node.lineno), [], node.lineno)
        node.body.insert(0, nodes.ExprStmt(spend, lineno=node.lineno))
        return node

    def _constant(self, node: nodes.Expr) -> nodes.Node:
        """A list of variables doubles with every `set`; texts only ever need lists of fixed words."""
        if any(True for _ in node.find_all((nodes.Name, nodes.Call, nodes.Filter, nodes.Getattr))):
            self._refuse("a list in a template may only hold fixed words and numbers", node.lineno)
        return node

    def _refuse(self, reason: str, line: int) -> NoReturn:
        raise TemplateSyntaxError(reason, line, self._name, self._filename)


def checked_number(value: object) -> object:
    """`value`, where arithmetic stays small."""
    if isinstance(value, int | float) and abs(value) > _LARGEST_NUMBER:
        raise OverBudget(f"the template computes a number above {_LARGEST_NUMBER:,}")
    return value


def _filter(name: str, first: nodes.Expr, rest: list[nodes.Expr], line: int) -> nodes.Filter:
    return nodes.Filter(first, name, rest, [], None, None, lineno=line)
