"""A scenario (試算) on a finished run, from its files to the difference. One JSON line a measurement.

    python -m benchmarks.nursery.bench_scenario [--small]

Base: an invented ledger, allocated; its market.json and result.json are kept as the product keeps them. Then
each scenario is timed as the job does it: read both files, change the market, allocate, verify on the second
path, find moves, chains and reasons, write both files. One thread. Wall and CPU seconds, load before the run.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from yakuba.nursery import runs
from yakuba.nursery.domain.market import Result
from yakuba.nursery.domain.market_json import dumps
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.domain.what_if import Side, document
from yakuba.nursery.ledger.write import write_workbook
from yakuba.nursery.runs import Loaded, load_market_bytes
from yakuba.site.demo.nursery import make_ledger

SIZES = {False: (2500, 80, 20), True: (300, 20, 10)}


def base(size: tuple[int, int, int]) -> tuple[bytes, bytes]:
    """market.json and result.json of the base."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        write_workbook(make_ledger(*size, seed=1), path)
        loaded = runs.load(path, None)
    texts = runs.output(loaded, loaded.allocate())
    return texts["market.json"].encode(), texts["result.json"].encode()


def side(loaded: Loaded, result: Result | None = None) -> Side:
    """A run, computed here unless it is given."""
    found = loaded.allocate().result if result is None else result
    return Side(loaded.market, loaded.market_json(), found, loaded.result_json(found))


def scenario(files: tuple[bytes, bytes], seats: int, pins: int) -> dict[str, Any]:
    """One more seat in the ``seats`` most wanted classes; ``pins`` waiting children, one a class, pinned."""
    from yakuba.nursery.services.scenarios import with_seats

    begin, cpu = time.perf_counter(), time.process_time()
    loaded = load_market_bytes("market.json", files[0])
    data = json.loads(files[1])
    known = Result(data["status"], data["unique"], data["assignment"], tuple(data["blocking_families"]))
    wanted = sorted(loaded.market.capacity, key=lambda name: (-len(loaded.market.priority[name]), name))
    changed = with_seats(loaded, {name: loaded.market.capacity[name] + 1 for name in wanted[:seats]})
    alone = [f for f in loaded.market.families if len(f.children) == 1 and f.wishes]
    waiting = {f.wishes[0][0]: f.children[0] for f in alone if data["assignment"][f.children[0]] is None}
    changed = changed.pinned({waiting[place]: place for place in sorted(waiting, key=str)[:pins]})
    after = side(changed)
    if problems := verify(after.market_json, after.result_json):
        raise SystemExit(problems[0])
    found = document(side(loaded, known), after)
    texts = (json.dumps(found, ensure_ascii=False, sort_keys=True), dumps(after.result_json))
    return {
        "wall_s": round(time.perf_counter() - begin, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "changed": found["counts"]["changed"],
        "chains": len(found["groups"]),
        "clear": sum(group["clear"] for group in found["groups"]),
        "envy": len(found["envy"]),
        "bytes": sum(map(len, texts)),
    }


def main() -> None:
    """The base once, then every scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a ledger of 300 children only")
    options = parser.parse_args()
    from yakuba.core.setup import start_django

    start_django()
    size = SIZES[options.small]
    files = base(size)
    for name, seats, pins in (("one seat", 1, 0), ("ten classes", 10, 0), ("three pins", 0, 3)):
        load = round(os.getloadavg()[0], 1)
        line = {"benchmark": "nursery.scenario", "children": size[0], "scenario": name, "load_1min": load}
        print(json.dumps({**line, **scenario(files, seats, pins)}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
