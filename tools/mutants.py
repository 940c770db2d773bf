"""``make mutants``: do the tests notice small deliberate faults in the domain code?

Draws ``--count`` mutants with a fixed seed, spread over the files in proportion to their size (at least one
each), puts each alone into a copy of the source, and runs the tests of its package. Prints the share that
was noticed with its 95 % Wilson interval, and the survivors. Results are kept in .mutants/, so an
interrupted run goes on where it stopped. Never part of the continuous checks.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from queue import Queue

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutator import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".mutants"
# Which tests speak for which folder of domain code; each folder's own tests always do.
TESTS = {
    "src/yakuba/core/border/domain": ["tests/core/border"],
    "src/yakuba/core/people/domain": ["tests/core/people"],
    "src/yakuba/core/audit/domain": ["tests/core/audit"],
    "src/yakuba/nursery/domain": ["tests/nursery"],
    "src/yakuba/effects/domain": ["tests/effects/test_domain.py"],
}


def wilson(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def draw(count: int, seed: int, only: str) -> list[tuple[Mutant, str]]:
    """The seeded sample, stratified by file by largest remainder."""
    pools: dict[str, list[tuple[Mutant, str]]] = {}
    for folder in TESTS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            pool = mutants(name, path.read_text(encoding="utf-8")) if only in name else []
            if pool:
                pools[name] = pool
    total = sum(len(pool) for pool in pools.values())
    count = min(count, total)
    shares = {name: max(1, count * len(pool) // total) for name, pool in pools.items()}
    rest = sorted(pools, key=lambda name: (-(count * len(pools[name]) % total), name))
    while sum(shares.values()) < count:
        for name in rest:
            if sum(shares.values()) < count and shares[name] < len(pools[name]):
                shares[name] += 1
    return [
        chosen
        for name, pool in pools.items()
        for chosen in random.Random(f"{seed} {name}").sample(pool, shares[name])
    ]


def tests_of(file: str) -> list[str]:
    """The test files to run for a mutant; a test file named after the module comes first."""
    folder = next(folder for folder in TESTS if file.startswith(folder + "/"))
    found = [name for name in TESTS[folder] if (ROOT / name).exists()]
    own = [
        str(path.relative_to(ROOT))
        for name in found
        for path in sorted((ROOT / name).rglob(f"test_{Path(file).stem}*.py"))
    ]
    return own + [name for name in found if name not in own]


def run(mutant: Mutant, text: str, tree: Path, timeout: float) -> str:
    """killed, survived, or timeout (which counts as noticed): one mutant in its own copy of the source."""
    target = tree / mutant.file
    original = target.read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    environment = {
        **os.environ, "PYTHONPATH": f"{tree / 'src'}:{tree}", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
        "-m", "not browser and not workers and not slow",
        "--rootdir", str(tree), "-c", str(tree / "pyproject.toml"),
        *tests_of(mutant.file),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        return "survived" if process.wait(timeout) == 0 else "killed"
    except subprocess.TimeoutExpired:
        return "timeout"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        target.write_text(original, encoding="utf-8")


def copy_tree(number: int) -> Path:
    """A worker's own copy of what tests need."""
    tree = STATE / f"tree{number}"
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("src", "tests", "docs", "tools", "requirements", "benchmarks"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def report(results: dict[str, dict[str, object]], sample: list[tuple[Mutant, str]]) -> dict[str, object]:
    """The score and the survivors, for the drawn mutants that have a result."""
    done = [results[mutant.name] for mutant, _ in sample if mutant.name in results]
    noticed = sum(entry["outcome"] != "survived" for entry in done)
    low, high = wilson(noticed, len(done))
    survivors = [entry for entry in done if entry["outcome"] == "survived"]
    return {
        "drawn": len(sample), "run": len(done), "noticed": noticed,
        "timeouts": sum(entry["outcome"] == "timeout" for entry in done),
        "score": round(noticed / len(done), 4) if done else None,
        "interval": [round(low, 4), round(high, 4)], "survivors": survivors,
    }  # fmt: skip


def main() -> int:  # one straight line of steps
    """1 when the score is below ``--least``, 2 when the tests fail by themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds a mutant")
    parser.add_argument("--least", type=float, default=0.8)
    options = parser.parse_args()
    STATE.mkdir(exist_ok=True)
    sample = draw(options.count, options.seed, options.only)
    kept = STATE / "results.jsonl"
    results: dict[str, dict[str, object]] = {}
    if kept.exists():
        results = {entry["name"]: entry for entry in map(json.loads, kept.read_text("utf-8").splitlines())}
    # A result holds for the exact mutant: a changed source file makes it void.
    todo = [
        (mutant, text) for mutant, text in sample if results.get(mutant.name, {}).get("text") != hash_of(text)
    ]
    trees: Queue[Path] = Queue()
    for number in range(options.processes):
        trees.put(copy_tree(number))

    # Without a fault the same tests must pass, or every mutant would look noticed.
    for folder, (mutant, _) in {str(Path(chosen[0].file).parent): chosen for chosen in todo}.items():
        text = (ROOT / mutant.file).read_text(encoding="utf-8")
        if run(mutant, text, trees.queue[0], options.timeout) != "survived":
            print(f"mutants: the tests of {folder} fail or time out without any fault", file=sys.stderr)
            return 2

    def one(mutant: Mutant, text: str) -> dict[str, object]:
        tree = trees.get()
        try:
            outcome = run(mutant, text, tree, options.timeout)
        finally:
            trees.put(tree)
        return {"name": mutant.name, **asdict(mutant), "outcome": outcome, "text": hash_of(text)}

    with ThreadPoolExecutor(options.processes) as pool, kept.open("a", encoding="utf-8") as log:
        futures = [pool.submit(one, mutant, text) for mutant, text in todo]
        for number, future in enumerate(as_completed(futures), 1):
            entry = future.result()
            results[str(entry["name"])] = entry
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            print(f"{number}/{len(todo)} {entry['outcome']}: {entry['name']}", file=sys.stderr, flush=True)
    summary = report(results, sample)
    (STATE / "report.json").write_text(
        json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(json.dumps({name: value for name, value in summary.items() if name != "survivors"}))
    for entry in summary["survivors"]:  # type: ignore[attr-defined]  # a list, see report
        place = f"{entry['file']}:{entry['line']} {entry['operator']}"
        print(f"survived {place}: {entry['before']} -> {entry['after']}")
    score = summary["score"]
    return 0 if isinstance(score, float) and score >= options.least else 1


def hash_of(text: str) -> str:
    """A short name of a source text."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    raise SystemExit(main())
