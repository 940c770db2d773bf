"""Time and memory of the engine on synthetic towns; one JSON line a case.

    python -m benchmarks.nursery.bench_allocate [--hard]

Wall-clock and CPU seconds of one process with one thread: parsing, allocation, verification, and a what-if
rerun with one more seat in one class. ``--hard`` adds towns whose siblings are ranked apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

CASES = {
    "2500x80": {"seed": 1, "children": 2500, "nurseries": 80, "wishes": 20},
    "8000x300": {"seed": 1, "children": 8000, "nurseries": 300, "wishes": 20},
}
HARD = {
    f"hard_{children}_{seed}": {
        "seed": seed,
        "children": children,
        "nurseries": nurseries,
        "wishes": 15,
        "siblings": 0.15,
        "apart": True,
    }
    for children, nurseries in ((500, 40), (1000, 60), (2500, 80), (8000, 300))
    for seed in (1, 2, 3)
}


def measure(name: str) -> dict[str, Any]:
    """One case in this process."""
    from tests.nursery import generate

    from yakuba.nursery.domain.market_json import parse, result_dict
    from yakuba.nursery.domain.solve import allocate
    from yakuba.nursery.domain.verify import verify

    case: dict[str, Any] = {**CASES, **HARD}[name]
    data = generate.town(**case)
    line: dict[str, Any] = {"benchmark": "nursery.allocate", "case": name}
    wall, cpu = time.perf_counter(), time.process_time()
    market = parse(data)
    line["parse_cpu_s"] = round(time.process_time() - cpu, 3)
    allocation = allocate(market)
    line["engine_wall_s"] = round(time.perf_counter() - wall, 3)
    line["engine_cpu_s"] = round(time.process_time() - cpu, 3)
    cpu = time.process_time()
    line["problems"] = len(verify(data, result_dict(allocation.result)))
    line["verify_cpu_s"] = round(time.process_time() - cpu, 3)
    first = sorted(data["capacity"])[0]
    data["capacity"][first] += 1
    wall, cpu = time.perf_counter(), time.process_time()
    allocate(parse(data))
    line["what_if_wall_s"] = round(time.perf_counter() - wall, 3)
    line["what_if_cpu_s"] = round(time.process_time() - cpu, 3)
    proof = allocation.proof
    line["children"] = len(allocation.result.assignment)
    line["families"] = proof["presolve"]["families"]
    line["families_left"] = line["families"] - proof["presolve"]["families_fixed"]
    for key in ("status", "unique", "blocking_lower_bound", "extra_seats"):
        line[key] = proof[key]
    line["blocking_families"] = len(proof["blocking_families"])
    line["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return line


def main() -> None:
    """Runs every case in a process of its own, so that peak memory is the case's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--case")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure(options.case)), flush=True)
        return
    for name in [*CASES, *(HARD if options.hard else ())]:
        command = [sys.executable, "-m", "benchmarks.nursery.bench_allocate", "--case", name]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
