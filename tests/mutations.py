"""The single edits that `tests.mutants` tries on a file: each a slip that a person could make."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import EnumMeta
from typing import Any

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
SIBLINGS = {"max": "min", "min": "max", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Edit:
    """Other words for the bytes from `start` to `end`."""

    line: int
    start: int
    end: int
    words: str

    def applied(self, source: str) -> str:
        """The source with this edit."""
        raw = source.encode()
        return (raw[: self.start] + self.words.encode() + raw[self.end :]).decode()


def edits(source: str, names: Mapping[str, Any]) -> Iterator[Edit]:
    """Every edit there is to try; `names` are the module's own, so that enums are known."""
    mutations = _Mutations(source, names)
    mutations.visit(ast.parse(source))
    return iter(dict.fromkeys(mutations.found))


class _Mutations(ast.NodeVisitor):
    """Annotations, decorators and docstrings are left alone: they decide nothing when it runs."""

    def __init__(self, source: str, names: Mapping[str, Any]) -> None:
        lines = source.encode().splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
        self._names = names
        self._functions = 0
        self.found: list[Edit] = []

    def _try(self, node: Any, words: str | ast.expr) -> None:
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        words = words if isinstance(words, str) else f"({ast.unparse(words)})"
        self.found.append(Edit(node.lineno, start, end, words))

    def _negate(self, condition: ast.expr) -> None:
        if not isinstance(condition, ast.Compare | ast.UnaryOp):  # they are turned round by themselves
            self._try(condition, f"(not ({ast.unparse(condition)}))")

    def _remove(self, statement: ast.stmt) -> None:
        if self._functions:
            self._try(statement, "pass")
        self.generic_visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._remove(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._remove(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._remove(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions += 1
        for part in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)
        self._functions -= 1

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in node.body:
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and ast.unparse(node.annotation) != "TypeAlias":
            self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._try(node, "return None")
        self.generic_visit(node)

    def visit_If(self, node: ast.If | ast.IfExp | ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_While = visit_If

    def visit_match_case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self._try(node.guard, "True")
            self._negate(node.guard)
        self.generic_visit(node)

    def visit_MatchOr(self, node: ast.MatchOr) -> None:
        for left in node.patterns:
            kept = [ast.unparse(pattern) for pattern in node.patterns if pattern is not left]
            self._try(node, " | ".join(kept))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for place, old in enumerate(node.ops):
            for new in COMPARISONS[type(old)]:
                ops = [*node.ops[:place], new(), *node.ops[place + 1 :]]
                self._try(node, ast.Compare(node.left, ops, node.comparators))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._try(node, ast.BoolOp(other, node.values))
        for left in node.values:
            kept = [value for value in node.values if value is not left]
            self._try(node, ast.BoolOp(node.op, kept) if len(kept) > 1 else kept[0])
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._try(node, node.operand)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in ARITHMETIC:
            self._try(node, ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in SIBLINGS:
            self._try(node, SIBLINGS[node.id])

    def visit_Set(self, node: ast.Set) -> None:
        for left in node.elts if len(node.elts) > 1 else ():
            self._try(node, ast.Set([element for element in node.elts if element is not left]))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        owner = self._names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(owner, EnumMeta):
            members = list(owner.__members__)
            sibling = members[(members.index(node.attr) + 1) % len(members)]
            self._try(node, f"{ast.unparse(node.value)}.{sibling}")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._try(node, '"other words"')  # what is inside has no place of its own before Python 3.12

    def visit_Constant(self, node: ast.Constant) -> None:
        match node.value:
            case bool() as value:
                self._try(node, str(not value))
            case int() | float() as value:
                self._try(node, repr(value + 1))
            case str() as value:
                self._try(node, repr(f"other {value}"))
            case _:
                pass
