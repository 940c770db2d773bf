"""Searching 2,000 places as a resident does: the whole answer of the page, one process. One JSON line.

    python -m benchmarks.handbook.bench_childcare [--small]

The demo city's places again and again, moved a little; searches by words, age on the day, opening,
distance and map in turn. Server time of the whole request (routing, search, template), without the
network. SQLite in a folder of its own; the first search, which reads the register into memory, is
told apart.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta

QUERIES = (
    {},
    {"q": "児童館"},
    {"born": "2025-08-10", "kind": "childcare"},
    {"born": "2024-03-02", "open": "1", "time": "10:30"},
    {"from": "06", "within": "5"},
    {"born": "2025-08-10", "from": "03", "open": "1", "view": "map"},
    {"q": "小児科", "time": "17:00", "from": "07", "sure": "1"},
    {"service": "nursing_room", "page": "3"},
)


def fill(count: int) -> int:
    """A register of so many places."""
    from django.core.management import call_command
    from django.utils import timezone

    from yakuba.core.facilities import keeping
    from yakuba.core.facilities.domain.records import Place
    from yakuba.core.facilities.models import Dataset
    from yakuba.site.demo.city import make_city
    from yakuba.site.demo.facilities import load_facilities

    call_command("migrate", verbosity=0)
    load_facilities(make_city(1))
    seeded = random.Random(1)
    kinds = ("public", "childcare", "clinic", "baby")
    made = 0
    for number, kind in enumerate(kinds):
        dataset = Dataset.objects.get(kind=kind, current=True)
        known = [one for one in keeping.records_of(dataset) if isinstance(one, Place)]
        wanted = count // len(kinds) + (1 if number < count % len(kinds) else 0)
        places = [
            replace(
                known[n % len(known)],
                code=f"{kind}{n}",
                name=f"{known[n % len(known)].name}{kind}{n}",
                latitude=(known[n % len(known)].latitude or 33.6) + seeded.uniform(-0.02, 0.02),
                longitude=(known[n % len(known)].longitude or 138.4) + seeded.uniform(-0.02, 0.02),
            )
            for n in range(wanted)
        ]
        values = {"source": "", "as_of": None, "sha256": kind, "at": timezone.now()}
        keeping.keep(kind, places, number=dataset.number + 1, **values)  # type: ignore[arg-type]
        made += len(places)
    return made


def main() -> None:
    """Print one line."""
    small = "--small" in sys.argv
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"YAKUBA_HOME": home, "YAKUBA_ALLOWED_HOSTS": "localhost"}
        from yakuba.core.setup import start_django

        start_django()
        from django.test import Client

        places = fill(200 if small else 2000)
        client = Client(headers={"host": "localhost", "accept-language": "ja"})
        visit = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011 - only a day to ask for
        load, walls, cpus, found = os.getloadavg()[0], [], [], 0
        for number in range(1 + (20 if small else 200)):
            query = {**QUERIES[number % len(QUERIES)], "on": visit}
            wall, cpu = time.perf_counter(), time.process_time()
            answer = client.get("/childcare/", query)
            walls.append(1000 * (time.perf_counter() - wall))
            cpus.append(1000 * (time.process_time() - cpu))
            found += answer.status_code == 200
    first, walls = walls[0], sorted(walls[1:])
    cpus = sorted(cpus[1:])
    print(
        json.dumps(
            {
                "what": "childcare search",
                "places": places,
                "searches": len(walls),
                "answered": found - 1,
                "first_ms": round(first),
                "p50_ms": round(walls[len(walls) // 2], 1),
                "p95_ms": round(walls[int(len(walls) * 0.95)], 1),
                "cpu_p50_ms": round(cpus[len(cpus) // 2], 1),
                "cpu_p95_ms": round(cpus[int(len(cpus) * 0.95)], 1),
                "load": round(load, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
