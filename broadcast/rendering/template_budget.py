"""The budget of a template: the steps that it may take and the characters that it may write.

Jinja's sandbox keeps a template from Python's objects, but not from filling the memory or running for ever:
it allows `'a' * 300000000`. So `Metered` puts a `spend` into every loop, macro, block and file when they are
parsed, and all output is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

MAX_STEPS = 20_000
MAX_CHARACTERS = 250_000  # at most 1 MB in any script
_LARGEST_NUMBER = 10**12
_Body: TypeAlias = nodes.Template | nodes.For | nodes.Macro | nodes.CallBlock | nodes.Block


class OverBudget(Exception):
    """A template loops too often or writes too much."""


@dataclass(slots=True)
class Budget:
    """The steps and characters that one rendering has left; `fixed` collects the texts so marked."""

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
        """Count characters of output, also those of a macro or a variable."""
        self.characters -= characters
        if self.characters < 0:
            raise OverBudget(f"the template writes more than {MAX_CHARACTERS:,} characters")


class Metered(NodeTransformer):
    """Rewrites a parsed template so that it counts its steps; refuses constructs that cannot be counted."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name = name
        self._filename = filename

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        """Count a step each time the file is used."""
        return self._metered(node)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """Count a step for each round of a loop."""
        return self._metered(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        """Count a step for each call of a macro."""
        return self._metered(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        """Count a step for each call of a call block."""
        return self._metered(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        """Count a step each time a block is rendered."""
        return self._metered(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """Count the characters of `a ~ b` like other output."""
        self.generic_visit(node)
        first, *rest = node.nodes
        return _filter("concatenate", first, rest, node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        """Allow only constants in lists."""
        return self._constant(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        """Allow only constants in tuples, except on the left of `in` and `=`."""
        return node if node.ctx == "store" else self._constant(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        """Allow only constants in tables."""
        return self._constant(node)

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:
        """Refuse `{% autoescape %}`."""
        self._refuse("escaping cannot be switched on or off in a template", node.lineno)

    def _metered(self, node: _Body) -> nodes.Node:
        own_text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        spend = _filter("spend", nodes.Const(own_text, lineno=node.lineno), [], node.lineno)
        node.body.insert(0, nodes.ExprStmt(spend, lineno=node.lineno))
        return node

    def _constant(self, node: nodes.Expr) -> nodes.Node:
        """Refuse lists of variables, which can double with every `set`; texts need lists of fixed words."""
        if any(True for _ in node.find_all((nodes.Name, nodes.Call, nodes.Filter, nodes.Getattr))):
            self._refuse("a list in a template may only hold fixed words and numbers", node.lineno)
        return node

    def _refuse(self, reason: str, line: int) -> NoReturn:
        raise TemplateSyntaxError(reason, line, self._name, self._filename)


def checked_number(value: object) -> object:
    """Return `value`; raises `OverBudget` if it is too large."""
    if isinstance(value, int | float) and abs(value) > _LARGEST_NUMBER:
        raise OverBudget(f"the template computes a number above {_LARGEST_NUMBER:,}")
    return value


def _filter(name: str, first: nodes.Expr, rest: list[nodes.Expr], line: int) -> nodes.Filter:
    return nodes.Filter(first, name, rest, [], None, None, lineno=line)
