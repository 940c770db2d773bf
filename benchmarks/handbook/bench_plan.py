"""Planning children with the Japanese rule book, one process. One JSON line.

    python -m benchmarks.handbook.bench_plan [--small] [--weekends]

Birth dates over a whole year; ages and histories mixed: newborns, children in time, children who stopped
after some visits and come back late, children with single doses missing. CPU milliseconds a plan.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from datetime import date, timedelta

from yakuba.core.holidays import is_holiday
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.planner.plan import plan
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.rulebooks.load import builtin

FIRST = date(2026, 4, 1)
DAY = timedelta(days=1)
TEMPLATE = (  # vaccine, product, days after birth
    ("HEPB", "", 62), ("ROTA", "RV1", 62), ("PCV", "PCV20", 62), ("DPT_IPV_HIB", "", 62), ("HEPB", "", 90),
    ("ROTA", "RV1", 90), ("PCV", "PCV20", 90), ("DPT_IPV_HIB", "", 90), ("PCV", "PCV20", 118),
    ("DPT_IPV_HIB", "", 118), ("BCG", "", 160), ("HEPB", "", 230), ("MR", "", 370), ("VAR", "", 370),
    ("PCV", "PCV20", 370), ("DPT_IPV_HIB", "", 370), ("MUMPS", "", 370),
)  # fmt: skip
AGES = (10, 40, 61, 75, 95, 125, 170, 240, 300, 372, 420, 500, 700)


def child(number: int) -> tuple[Person, list[Given], date]:
    """A birth date of the year and a history: in time, stopped at some visit, or with holes."""
    birth = FIRST + DAY * (number * 7 % 365)
    on = birth + DAY * (AGES[number % len(AGES)] + number % 9)
    kind = number // len(AGES) % 4
    stopped = (9999, 62, 95, 9999)[kind]
    history = [
        Given(vaccine, birth + DAY * age, product)
        for place, (vaccine, product, age) in enumerate(TEMPLATE)
        if birth + DAY * age < on and age <= stopped and not (kind == 3 and (place + number) % 5 == 0)
    ]
    return Person(birth, "FM"[number % 2]), history, on


def main() -> None:
    """Print one line."""
    count = 100 if "--small" in sys.argv else 1040
    wishes = (
        Wishes(closed_weekdays=frozenset({5, 6}), closed=is_holiday) if "--weekends" in sys.argv else Wishes()
    )
    book, calendar = builtin(), JapaneseCalendar()
    load = os.getloadavg()[0]
    spent, visits, newborns = [], Counter[int](), Counter[int]()
    unproven = 0
    for number in range(count):
        person, history, on = child(number)
        begin = time.process_time()
        found = plan(book, person, history, [], on, calendar, wishes)
        spent.append((time.process_time() - begin) * 1000)
        visits[len(found.visits)] += 1
        unproven += not found.proven
        if not history and number % len(AGES) < 2:
            newborns[len(found.visits)] += 1
    spent.sort()
    print(
        json.dumps(
            {
                "what": "handbook plans",
                "plans": count,
                "birth_dates": min(count, 365),
                "closed": "sat,sun,holidays" if "--weekends" in sys.argv else "none",
                "cpu_ms_p50": round(spent[len(spent) // 2], 1),
                "cpu_ms_p95": round(spent[int(len(spent) * 0.95)], 1),
                "cpu_ms_most": round(spent[-1], 1),
                "unproven": unproven,
                "visits": dict(sorted(visits.items())),
                "visits_of_newborns": dict(sorted(newborns.items())),
                "load": round(load, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
