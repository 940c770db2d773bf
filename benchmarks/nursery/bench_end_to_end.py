"""Excel workbook in; result, certificate, explanations and market out. One JSON line a measurement.

    python -m benchmarks.nursery.bench_end_to_end [--small]

Each case is measured three ways: ``command`` (``python -m yakuba nursery allocate`` from a cold start, as an
officer waits for it), ``in_process`` (the same command function in a fresh process whose imports are not
counted) and, at 2,500 children, ``what_if`` (one class gets one more seat, from a ledger already loaded).
One thread each. Wall and CPU seconds, peak resident memory, and the load average before the run: with other
work on the machine wall-clock figures say little, CPU figures stay nearly the same.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CASES = {"2500x80": (2500, 80, 20), "8000x300": (8000, 300, 20)}
SMALL = {"300x20": (300, 20, 10)}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def workbook(size: tuple[int, int, int], path: Path) -> None:
    """Writes the invented ledger once; not part of any figure."""
    from yakuba.nursery.ledger.write import write_workbook
    from yakuba.site.demo.nursery import make_ledger

    write_workbook(make_ledger(*size, seed=1), path)


def command(ledger: Path, folder: Path) -> dict[str, Any]:
    """The command from a cold start; peak memory is that of the largest child so far, so call it once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    call = [sys.executable, "-m", "yakuba", "nursery", "allocate", str(ledger), "-o", str(folder)]
    subprocess.run(call, check=True, env=environment(), stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "peak_mib": after.ru_maxrss // 1024}


def in_process(ledger: Path, folder: Path) -> dict[str, Any]:
    """The same work without the start of the interpreter and the imports."""
    from yakuba.nursery import runs
    from yakuba.nursery.domain import explain as _explain
    from yakuba.nursery.ledger import read as _read

    del _explain, _read
    begin, cpu = time.perf_counter(), time.process_time()
    runs.single(ledger, folder, None)
    return spent(begin, cpu)


def what_if(ledger: Path, folder: Path) -> dict[str, Any]:
    """One more seat in the class that most children ask for, from a ledger already loaded."""
    from yakuba.nursery import runs
    from yakuba.nursery.domain.market import Market
    from yakuba.nursery.domain.solve import allocate

    del folder
    loaded = runs.load(ledger, None)
    allocate(loaded.market)
    begin, cpu = time.perf_counter(), time.process_time()
    market = loaded.market
    asked = max(sorted(market.capacity), key=lambda name: len(market.priority[name]))
    capacity = {**market.capacity, asked: market.capacity[asked] + 1}
    again = runs.Loaded(Market(capacity, market.priority, market.families), loaded.extras)
    texts = runs.output(again, allocate(again.market))
    return {**spent(begin, cpu), "bytes": sum(map(len, texts.values()))}


def spent(begin: float, cpu: float) -> dict[str, Any]:
    """Seconds since the marks, and this process's peak memory."""
    return {
        "wall_s": round(time.perf_counter() - begin, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def environment() -> dict[str, str]:
    """One thread, this checkout's source."""
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


WAYS = {"command": command, "in_process": in_process, "what_if": what_if}


def main() -> None:
    """Each measurement in a process of its own, so that peak memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a ledger of 300 children only")
    parser.add_argument("--way", choices=sorted(WAYS))
    parser.add_argument("--ledger", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.way:
            print(json.dumps(WAYS[options.way](options.ledger, Path(folder) / "out")), flush=True)
            return
        for name, size in (SMALL if options.small else CASES).items():
            ledger = Path(folder) / f"{name}.xlsx"
            workbook(size, ledger)
            for way in WAYS:
                if way == "what_if" and size[0] > 2500:
                    continue
                load = round(os.getloadavg()[0], 1)
                call = [sys.executable, "-m", "benchmarks.nursery.bench_end_to_end", "--way", way]
                call += ["--ledger", str(ledger)]
                done = subprocess.run(call, check=True, env=environment(), cwd=ROOT, stdout=subprocess.PIPE)
                line = {"benchmark": "nursery.end_to_end", "case": name, "way": way, "load_1min": load}
                print(json.dumps({**line, **json.loads(done.stdout.splitlines()[-1])}), flush=True)


if __name__ == "__main__":
    main()
