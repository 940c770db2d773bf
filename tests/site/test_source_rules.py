"""What the product's own source never does: run text as code, read objects from bytes, call a shell …"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src/yakuba"
# One verifier on the standard library alone; it refuses a DTD or an entity before parsing (V1.5.1).
PARSES_AFTER_A_CHECK = {"nursery/domain/verify_ledger_tables.py", "nursery/domain/verify_ledger_read.py"}


@cache
def trees() -> tuple[tuple[str, ast.AST], ...]:
    """Every file with its tree; parsed once for all tests."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
    return tuple((str(path.relative_to(SOURCE)), ast.parse(path.read_text("utf-8"))) for path in paths)


@cache
def called(tree: ast.AST) -> tuple[tuple[str, ast.Call], ...]:
    """Every call with its dotted name."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return tuple((ast.unparse(node.func), node) for node in calls)


@cache
def imported(tree: ast.AST) -> tuple[str, ...]:
    """Every module that is named in an import."""
    return tuple(_imported(tree))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def safe_loaders(tree: ast.AST) -> set[str]:
    """PyYAML's safe loaders, and classes of the same file that only take away from them."""
    safe = {"yaml.SafeLoader", "yaml.CSafeLoader"}
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return safe | {one.name for one in classes if any(ast.unparse(base) in safe for base in one.bases)}


def test_the_source_is_found() -> None:
    assert len(trees()) > 300


def test_no_text_is_run_as_code() -> None:
    found = [(file, name) for file, tree in trees() for name, _ in called(tree) if name in ("eval", "exec")]
    assert found == []


SENDS_MAIL = {"core/notify/mail/transports.py"}  # the one place, off until an operator names a server


@pytest.mark.parametrize("module", ["pickle", "marshal", "shelve", "dill", "joblib", "smtplib", "telnetlib"])
def test_no_module_is_used_that_trusts_bytes_or_sends_mail(module: str) -> None:
    found = {file for file, tree in trees() for name in imported(tree) if name.split(".")[0] == module}
    assert found - (SENDS_MAIL if module == "smtplib" else set()) == set()


def test_yaml_is_read_by_the_safe_loader_alone() -> None:
    found = [
        (file, name)
        for file, tree in trees()
        for name, call in called(tree)
        if name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load")
        and not any(ast.unparse(word.value) in safe_loaders(tree) for word in call.keywords)
    ]
    assert found == []


def test_arrays_are_never_read_as_objects() -> None:
    found = [
        file
        for file, tree in trees()
        for _, call in called(tree)
        for word in call.keywords
        if word.arg == "allow_pickle" and ast.unparse(word.value) != "False"
    ]
    assert found == []


def test_no_command_goes_through_a_shell() -> None:
    found = []
    for file, tree in trees():
        for name, call in called(tree):
            shell = any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in call.keywords)
            if shell or name in ("os.system", "os.popen", "subprocess.getoutput"):
                found.append((file, name))
    assert found == []


def test_xml_is_read_by_the_parser_that_refuses_entities() -> None:
    found = {
        file
        for file, tree in trees()
        for name in imported(tree)
        if name.startswith(("xml.etree", "xml.dom", "xml.sax", "lxml")) and name != "xml.sax.saxutils"
    }
    assert found <= PARSES_AFTER_A_CHECK


def test_a_format_string_is_never_the_users() -> None:
    """``format`` is called on texts of the source or of its own tables, never on what was typed in."""
    allowed = re.compile(r"^('|\"|f'|f\"|pattern\.|kind\.(expected|advice)\.|\(?said\.|str\(said\.)")
    found = [
        (file, name)
        for file, tree in trees()
        for name, call in called(tree)
        if name.endswith((".format", ".format_map")) and not allowed.match(name) and call.keywords
    ]
    assert found == []


def test_scripts_never_turn_text_into_markup_or_code() -> None:
    risky = re.compile(
        r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|__proto__"
    )
    found = [
        (str(path.relative_to(SOURCE)), line)
        for path in sorted(SOURCE.rglob("*.js"))
        for line in path.read_text("utf-8").splitlines()
        if risky.search(line)
    ]
    assert found == []
