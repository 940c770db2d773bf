"""Judging and forecasting children with the Japanese rule book, one process. One JSON line a measurement.

    python -m benchmarks.handbook.bench_outlook [--small]

A made town: every age from birth to 16 years is as frequent as any other, each child has had what was due by
the first legal day, one child in seven is half a year late. CPU and wall seconds, load before the run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date, timedelta

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import outlook
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.rulebooks.load import builtin

ON = date(2026, 11, 23)
TEMPLATE = (  # vaccine, product, days after birth
    ("HEPB", "", 61), ("ROTA", "RV1", 61), ("PCV", "PCV20", 61), ("DPT_IPV_HIB", "", 61), ("HEPB", "", 89),
    ("ROTA", "RV1", 89), ("PCV", "PCV20", 89), ("DPT_IPV_HIB", "", 89), ("PCV", "PCV20", 117),
    ("DPT_IPV_HIB", "", 117), ("BCG", "", 160), ("HEPB", "", 230), ("MR", "", 366), ("VAR", "", 366),
    ("PCV", "PCV20", 366), ("DPT_IPV_HIB", "", 420), ("VAR", "", 560), ("JE", "", 1100), ("JE", "", 1120),
    ("JE", "", 1500), ("MR", "", 2100), ("JE", "", 3300), ("DT", "", 4100),
)  # fmt: skip


def town(count: int) -> list[tuple[Person, list[Given]]]:
    """Children and their histories."""
    children = []
    for number in range(count):
        birth = ON - timedelta(days=1 + number * 16 * 365 // count)
        late = 183 if number % 7 == 0 else 0
        days = [(vaccine, product, birth + timedelta(days=age + late)) for vaccine, product, age in TEMPLATE]
        history = [Given(vaccine, day, product) for vaccine, product, day in days if day <= ON]
        children.append((Person(birth, "FM"[number % 2]), history))
    return children


def main() -> None:
    """Print one line."""
    children = town(200 if "--small" in sys.argv else 2000)
    book, calendar = builtin(), JapaneseCalendar()
    load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    forecasts = sum(
        len(outlook(book, person, doses, [], ON, calendar).forecasts) for person, doses in children
    )
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(
        json.dumps(
            {
                "what": "handbook outlooks",
                "children": len(children),
                "doses": sum(len(doses) for _, doses in children),
                "forecasts": forecasts,
                "cpu_s": round(cpu, 2),
                "wall_s": round(wall, 2),
                "children_per_cpu_s": round(len(children) / cpu),
                "load": round(load, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
