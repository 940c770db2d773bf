"""ChilmAI 0.2.2 against this engine on the same markets, in the same run; one JSON line a size.

    python -m benchmarks.nursery.bench_chilmai --chilmai PATH_TO_ITS_VENV [--children 500 1000]

ChilmAI is not a dependency: it runs in a virtual environment of its own (argument or YAKUBA_CHILMAI_VENV).
Both get the same children, scores, wishes and seats; its result must equal ours child by child.

*warm*: the matching call alone in a running interpreter (ours: parsing the market and allocating).
*cold*: one whole command, from the start of the interpreter and its imports to the result; ours also checks
the ledger and writes certificate, explanations and market. CPU seconds are user + system.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WISHES = 10
DRIVER = """
import json, sys, time
from chilmai.generic import MatchingService
from chilmai.generic.config import DEFAULT_CONFIG
children, daycares = (open(path, "rb").read() for path in sys.argv[1:3])
begin, cpu = time.perf_counter(), time.process_time()
result = MatchingService().match(
    children_file_bytes=children, children_file_format="csv",
    daycares_file_bytes=daycares, daycares_file_format="csv", mapping=DEFAULT_CONFIG,
    solver_config={"max_time_seconds": 3600.0})
spent = {"wall_s": time.perf_counter() - begin, "cpu_s": time.process_time() - cpu}
print("\\n@@" + json.dumps({**spent, "assignment": result["matching_result_dict"]}))
"""


def market(children: int, seed: int = 1) -> tuple[str, str, dict[str, Any]]:
    """(applicants CSV, nurseries CSV, the same as market JSON); siblings go together."""
    rng = random.Random(seed)
    nurseries = max(10, children // 8)
    seats = {f"{n}-{age}": rng.choice([0, 1, 1, 1, 2]) for n in range(1, nurseries + 1) for age in range(6)}
    families: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    asked: dict[str, list[tuple[int, int]]] = {name: [] for name in seats}
    scores = rng.sample(range(10_000, 1_000_000), children)
    number = 0
    while number < children:
        size = 2 if rng.random() < 0.06 and number + 2 <= children else 1
        ages = sorted(rng.sample(range(6), size), reverse=True)
        wishes = rng.sample(range(1, nurseries + 1), rng.randint(1, WISHES))
        names = []
        family = len(families) + 1
        for age in ages:
            number += 1
            names.append(str(number))
            score = scores[number - 1]
            blank = [""] * (WISHES - len(wishes))
            row = [number, family, age, *[score] * len(wishes), *blank, *wishes, *blank, ""]
            rows.append([*row, 1 if size > 1 else ""])
            for wish in wishes:
                asked[f"{wish}-{age}"].append((-score, number))
        families.append(
            {
                "id": str(family),
                "children": names,
                "current": [None] * size,
                "wishes": [[f"{wish}-{age}" for age in ages] for wish in wishes],
            }
        )
    header = ["申請者番号", "世帯番号", "年齢", *[f"点数{n + 1}" for n in range(WISHES)]]
    header += [*[f"希望保育園ID_{n + 1}" for n in range(WISHES)], "在籍保育所ID", "きょうだいパターン"]
    places = [[n, f"園{n}", *[seats[f"{n}-{age}"] for age in range(6)]] for n in range(1, nurseries + 1)]
    data = {
        "format": "yakuba.nursery.market/1",
        "capacity": seats,
        "priority": {name: [str(child) for _, child in sorted(order)] for name, order in asked.items()},
        "families": families,
    }
    titles = ["保育所ID", "保育所名", *[f"{age}歳募集人数" for age in range(6)]]
    return _csv([header, *rows]), _csv([titles, *places]), data


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def compare(python: Path, children: int) -> dict[str, Any]:
    """Both programs on one market."""
    from yakuba.nursery.domain.market_json import parse
    from yakuba.nursery.domain.solve import allocate

    applicants, nurseries, data = market(children)
    load = round(os.getloadavg()[0], 1)
    times = []
    for _ in range(5):  # a run is so short that the median of five is quoted; ChilmAI's is one run
        begin, cpu = time.perf_counter(), time.process_time()
        ours = allocate(parse(data)).result
        times.append((time.perf_counter() - begin, time.process_time() - cpu))
    wall, spent = (sorted(column)[2] for column in zip(*times, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "c.csv", Path(folder) / "d.csv"]
        for path, text in zip(paths, (applicants, nurseries), strict=True):
            path.write_text(text, encoding="utf-8")
        done, their_wall, their_cpu = timed([str(python), "-c", DRIVER, *map(str, paths)])
        own = [sys.executable, "-m", "yakuba", "nursery", "allocate", folder, "-o", f"{folder}/out"]
        ran, our_wall, our_cpu = timed(own)
    if "@@" not in done.stdout:
        raise SystemExit(f"ChilmAI failed:\n{done.stderr[-2000:]}")
    if ran.returncode:
        raise SystemExit(f"the command failed:\n{ran.stderr[-2000:]}")
    theirs = json.loads(done.stdout.rsplit("@@", 1)[1])
    named = {child: seat and seat.split("-")[0] for child, seat in ours.assignment.items()}
    different = sum(theirs["assignment"].get(child) != seat for child, seat in named.items())
    return {
        "benchmark": "nursery.against_chilmai",
        "children": children,
        "status": ours.status,
        "placed": sum(seat is not None for seat in ours.assignment.values()),
        "different_children": different,
        "load_1min": load,
        "warm_engine_wall_s": round(wall, 3),
        "warm_engine_cpu_s": round(spent, 3),
        "warm_chilmai_wall_s": round(theirs["wall_s"], 3),
        "warm_chilmai_cpu_s": round(theirs["cpu_s"], 3),
        "warm_ratio_wall": round(theirs["wall_s"] / wall, 1),
        "warm_ratio_cpu": round(theirs["cpu_s"] / spent, 1),
        "cold_engine_wall_s": round(our_wall, 3),
        "cold_engine_cpu_s": round(our_cpu, 3),
        "cold_chilmai_wall_s": round(their_wall, 3),
        "cold_chilmai_cpu_s": round(their_cpu, 3),
        "cold_ratio_wall": round(their_wall / our_wall, 1),
        "cold_ratio_cpu": round(their_cpu / our_cpu, 1),
    }


def timed(command: list[str]) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """A whole command with its wall and CPU seconds."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Says clearly when ChilmAI is absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chilmai", default=os.environ.get("YAKUBA_CHILMAI_VENV", ""))
    parser.add_argument("--children", type=int, nargs="+", default=[500, 1000])
    options = parser.parse_args()
    python = Path(options.chilmai) / "bin" / "python"
    if not options.chilmai or not python.exists():
        print(
            json.dumps({"benchmark": "nursery.against_chilmai", "skipped": "ChilmAI's environment is absent"})
        )
        sys.exit(0)
    for children in options.children:
        print(json.dumps(compare(python, children), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
