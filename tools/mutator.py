"""Small deliberate faults (mutants) in Python source, one at a time, found by walking its syntax tree.

A mutant is named by file, operator and position, so that the same seed always draws the same ones. Left out
is what cannot change behaviour: docstrings, annotations, type aliases, decorators (``slots=True``), names
with two underscores at both ends (``__all__``) and ``strict=`` of ``zip``, which only guards against a slip.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
FLIP: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
Change = Callable[[ast.AST], ast.AST | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where it is, what it does, and the index by which it is made again."""

    file: str
    index: int
    line: int
    operator: str
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line}:{self.operator}:{self.index}"


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """The faults that one node offers; each change works on a copy of the node."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for name, table in (("compare", COMPARE), ("flip", FLIP)):
                if type(operator) in table:
                    yield name, _compare(place, table[type(operator)])
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield "arithmetic", _set("op", ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield "boolean", _set("op", ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield "unary", lambda copied: copied.operand  # type: ignore[attr-defined]  # a UnaryOp
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "negate", _negate
    else:
        yield from _statements(node)


def _statements(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        yield "arithmetic", _set("op", ARITHMETIC[type(node.op)]())
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return", _set("value", ast.Constant(None))
    elif isinstance(node, ast.Break | ast.Continue):
        yield "loop", lambda copied: ast.Continue() if isinstance(copied, ast.Break) else ast.Break()
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        # Without the line the name would be unknown, which any test notices.
        if not _is_none(node.value):
            yield "nothing", _set("value", ast.Constant(None))
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Raise) or _is_call(node):
        yield "remove", lambda copied: ast.Pass()


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", _set("value", not value)
    elif isinstance(value, int | float):
        yield "constant", _set("value", value + 1)
        if value not in (0, 1):
            yield "constant", _set("value", value - 1)


def _is_dunder(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("__") and node.id.endswith("__")


def _is_type(node: ast.expr) -> bool:
    """Whether a value is a type written out, such as ``dict[str, Any]`` or ``int | Fraction``."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and _is_type(node.left) and _is_type(node.right)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and _names_type(node.value.id)
    return _is_none(node) or (isinstance(node, ast.Name) and _names_type(node.id))


def _names_type(name: str) -> bool:
    return name in ("dict", "list", "tuple", "set", "frozenset", "int", "str", "float") or (
        name[:1].isupper() and not name.isupper()
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _compare(place: int, operator: type[ast.cmpop]) -> Change:
    def change(copied: ast.AST) -> ast.AST:
        assert isinstance(copied, ast.Compare)
        copied.ops[place] = operator()
        return copied

    return change


def _set(name: str, value: object) -> Change:
    def change(copied: ast.AST) -> ast.AST:
        setattr(copied, name, value)
        return copied

    return change


def _negate(copied: ast.AST) -> ast.AST:
    assert isinstance(copied, ast.If | ast.While | ast.IfExp)
    copied.test = ast.UnaryOp(ast.Not(), copied.test)
    return copied


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that runs, with its parent and place: docstrings, annotations and imports are left out."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
                continue
            if isinstance(value, ast.AST):
                yield parent, name, None, value
            elif isinstance(value, list):
                for place, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        yield parent, name, place, child


def _skipped(tree: ast.AST) -> set[int]:
    """Nodes inside annotations and what else cannot change behaviour; see the module's text."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            inside.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            inside.append(node.returns)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            inside.append(node)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            inside.append(node.format_spec)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside += node.decorator_list
        if isinstance(node, ast.Assign) and (_is_dunder(node.targets[0]) or _is_type(node.value)):
            inside.append(node)
        if isinstance(node, ast.keyword) and node.arg == "strict":
            inside.append(node)
        skipped |= {id(child) for part in inside for child in ast.walk(part)}
    return skipped


def mutants(file: str, source: str, written: Collection[int] | None = None) -> list[tuple[Mutant, str]]:
    """Every mutant of a file with its whole changed source; writing it out takes long, so ``written`` may
    name the only ones that get theirs.
    """
    tree = ast.parse(source)
    skipped = _skipped(tree)
    made: list[tuple[Mutant, str]] = []
    for parent, name, place, node in list(_places(tree)):
        if id(node) in skipped:
            continue
        for operator, change in changes(node):
            changed = change(copy.deepcopy(node))
            if changed is None:
                continue
            ast.copy_location(changed, node)
            text = ""
            if written is None or len(made) in written:
                _put(parent, name, place, changed)
                text = ast.unparse(ast.fix_missing_locations(tree))
                _put(parent, name, place, node)
            before, after = _line(node), _line(changed)
            line = getattr(node, "lineno", 0)
            made.append((Mutant(file, len(made), line, operator, before, after), text))
    return made


def _put(parent: ast.AST, name: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[place] = node


def _line(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0][:120]
