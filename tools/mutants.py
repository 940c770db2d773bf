"""``make mutants``: do the tests notice small deliberate faults in the domain code?

Draws ``--count`` mutants with a fixed seed, spread over the files in proportion to their size (at least one
each), puts each alone into a copy of the source, and runs the tests that ``mutants.toml`` names for its file,
cheapest first. Prints the share that was noticed with its 95 % Wilson interval, and the survivors. Results
are kept in .mutants/: an interrupted run goes on where it stopped, and after a change of tests only the
survivors run again. Never part of the continuous checks.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from queue import Queue

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutants_run import ROOT, STATE, Tree, hash_of_tests, short_hash, tests_by_file
from mutator import Mutant, mutants


def wilson(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def draw(count: int, seed: int, only: str) -> list[tuple[Mutant, str]]:
    """The seeded sample, stratified by file by largest remainder, in a seeded order.

    Every beginning of it is a fair sample too, so that a run may be broken off.
    """
    sources = {
        name: (ROOT / name).read_text(encoding="utf-8") for name in sorted(tests_by_file()) if only in name
    }
    pools = {name: len(mutants(name, text, ())) for name, text in sources.items()}
    pools = {name: size for name, size in pools.items() if size}
    total = sum(pools.values())
    count = min(count, total)
    shares = {name: max(1, count * size // total) for name, size in pools.items()}
    rest = sorted(pools, key=lambda name: (-(count * pools[name] % total), name))
    while sum(shares.values()) < count:
        for name in rest:
            if sum(shares.values()) < count and shares[name] < pools[name]:
                shares[name] += 1
    drawn: list[tuple[Mutant, str]] = []
    for name, size in pools.items():
        chosen = random.Random(f"{seed} {name}").sample(range(size), shares[name])
        made = mutants(name, sources[name], chosen)
        drawn += [made[index] for index in chosen]
    random.Random(seed).shuffle(drawn)
    return drawn


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


def holds(entry: dict[str, object] | None, mutant: Mutant, text: str) -> bool:
    """Whether a kept result is still one: of the exact mutant and, if it survived, of the same tests."""
    if entry is None or entry["text"] != short_hash(text):
        return False
    return entry["outcome"] != "survived" or entry["tests"] == hash_of_tests(mutant.file)


def run_all(todo: list[tuple[Mutant, str]], processes: int, results: dict[str, dict[str, object]]) -> str:
    """Runs mutants and keeps their outcomes; the file whose tests fail without a fault, or nothing."""
    trees: Queue[Tree] = Queue()
    for number in range(processes):
        trees.put(Tree.make(number))
    # Without a fault the same tests must pass, or every mutant would look noticed.
    for file in {tests_by_file()[mutant.file]: mutant.file for mutant, _ in todo}.values():
        if not all(tree.passes(file) for tree in trees.queue):
            return file

    def one(mutant: Mutant, text: str) -> dict[str, object]:
        tree = trees.get()
        try:
            outcome = tree.run(mutant.file, text)
        finally:
            trees.put(tree)
        kept = {"outcome": outcome, "text": short_hash(text), "tests": hash_of_tests(mutant.file, tree.place)}
        return {"name": mutant.name, **asdict(mutant), **kept}

    with ThreadPoolExecutor(processes) as pool, (STATE / "results.jsonl").open("a", encoding="utf-8") as log:
        futures = [pool.submit(one, mutant, text) for mutant, text in todo]
        for number, future in enumerate(as_completed(futures), 1):
            entry = future.result()
            results[str(entry["name"])] = entry
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            print(f"{number}/{len(todo)} {entry['outcome']}: {entry['name']}", file=sys.stderr, flush=True)
    return ""


def main() -> int:
    """1 when the score is below ``--least``, 2 when the tests fail by themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--least", type=float, default=0.8)
    options = parser.parse_args()
    STATE.mkdir(exist_ok=True)
    sample = draw(options.count, options.seed, options.only)
    kept = STATE / "results.jsonl"
    results: dict[str, dict[str, object]] = {}
    if kept.exists():
        results = {entry["name"]: entry for entry in map(json.loads, kept.read_text("utf-8").splitlines())}
    todo = [(mutant, text) for mutant, text in sample if not holds(results.get(mutant.name), mutant, text)]
    broken = run_all(todo, options.processes, results)
    if broken:
        print(f"mutants: the tests of {broken} fail or time out without any fault", file=sys.stderr)
        return 2
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


if __name__ == "__main__":
    raise SystemExit(main())
