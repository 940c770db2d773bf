"""``make conformance DATA=folder``: third-party cases that are not part of the repository.

Says for each case whether it ran, and which data was absent; 1 when a case that ran did not match.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEW_SEATS = 366


class Absent(Exception):
    """The data of a case is not there."""


def need(path: Path) -> Path:
    """The path, or ``Absent`` naming it."""
    if not path.exists():
        raise Absent(str(path))
    return path


def yakuba(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would."""
    return subprocess.run(
        [sys.executable, "-m", "yakuba", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def nursery_ledger(data: Path) -> list[str]:
    """A ledger of 500 children in ChilmAI's columns: the agreed answer, child by child."""
    children_csv = need(data / "nursery/m_500_0_c.csv")
    places_csv = need(data / "nursery/m_500_0_d.csv")
    agreed = json.loads(need(data / "nursery/m_500_0_out.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        ledger, out = Path(folder, "ledger"), Path(folder, "out")
        ledger.mkdir()
        shutil.copy(children_csv, ledger)
        shutil.copy(places_csv, ledger)
        done = yakuba("nursery", "allocate", str(ledger), "-o", str(out))
        if done.returncode:
            return [f"allocate ended with {done.returncode}: {done.stderr.strip()[-500:]}"]
        result = json.loads((out / "result.json").read_text(encoding="utf-8"))
        checked = yakuba("nursery", "verify", str(out / "market.json"), str(out / "result.json"))
    with children_csv.open(encoding="utf-8-sig", newline="") as stream:
        children = list(csv.DictReader(stream))
    found = _differences(children, agreed, result)
    if checked.returncode:
        found.append(f"verify ended with {checked.returncode}: {(checked.stdout + checked.stderr)[-500:]}")
    return found


def _differences(children: list[dict[str, str]], agreed: dict[str, str | None], result: dict) -> list[str]:
    found = []
    new_seats = 0
    for row in children:
        child = row["申請者番号"]
        expected = None if agreed[child] is None else f"{agreed[child]}-{row['年齢']}"
        seat = result["assignment"].get(child)
        if seat != expected:
            found.append(f"child {child}: {seat}, agreed {expected}")
        current = f"{row['在籍保育所ID']}-{row['年齢']}" if row["在籍保育所ID"] else None
        new_seats += seat is not None and seat != current
    if set(result["assignment"]) != set(agreed):
        found.append(f"{len(result['assignment'])} children in the result, {len(agreed)} in the answer")
    if new_seats != NEW_SEATS:
        found.append(f"{new_seats} new seats, agreed {NEW_SEATS}")
    if result["blocking_families"]:
        found.append(f"blocking families: {result['blocking_families']}, agreed none")
    return found


def security_requirements(data: Path) -> list[str]:
    """Every ASVS requirement of level 1 and 2 has a row in docs/security/asvs.csv, and none is unknown."""
    with need(data / "platform/asvs-5.0.0.csv").open(encoding="utf-8-sig", newline="") as stream:
        levels = {row["req_id"]: row["L"] for row in csv.DictReader(stream)}
    with need(ROOT / "docs/security/asvs.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    key = next((name for name in ("req_id", "id", "requirement") if rows and name in rows[0]), None)
    if key is None:
        return ["docs/security/asvs.csv has no column req_id"]
    answered = [row[key] for row in rows]
    found = [f"{name} has no row" for name, level in levels.items() if level in "12" and name not in answered]
    found += [f"{name} is not a requirement of ASVS 5.0.0" for name in answered if name not in levels]
    found += [f"{name} has {answered.count(name)} rows" for name in set(answered) if answered.count(name) > 1]
    return found


def nursery_rulebooks(data: Path) -> list[str]:
    """Every worked example of the published rule books, and 与那原町's printed allocations end to end."""
    import conformance_rulebooks

    number, found = conformance_rulebooks.problems(need(data / "nursery/rulebooks"))
    print(f"         {number} examples of published rule books worked out")
    return found if number else ["no examples were found"]


def cdsi(file: str) -> Callable[[Path], list[str]]:
    """The CDC's test cases for its own supporting data (neither is in the repository)."""

    def case(data: Path) -> list[str]:
        import conformance_cdsi

        archive = need(data / "handbook/supporting-data-4.64-xml.zip")
        summary, found = conformance_cdsi.problems(archive, need(data / "handbook" / file), yakuba)
        print(f"         {summary}")
        return found

    return case


CASES: tuple[tuple[str, Callable[[Path], list[str]]], ...] = (
    ("nursery: 500 children equal to the agreed answer", nursery_ledger),
    ("nursery: worked examples of published rule books", nursery_rulebooks),
    ("handbook: CDSi cases of healthy persons", cdsi("cdsi_healthy_v4.45_dev.ndjson")),
    ("handbook: CDSi cases of persons with conditions", cdsi("cdsi_conditions_v4.6_dev.ndjson")),
    ("platform: ASVS 5.0.0 requirements complete", security_requirements),
)


def main() -> int:
    """Run every case whose data is there."""
    if len(sys.argv) != 2:
        print("usage: conformance.py DATA", file=sys.stderr)
        return 2
    data = Path(sys.argv[1]).resolve()
    ran = absent = failed = 0
    for name, case in CASES:
        started = time.monotonic()
        try:
            problems = case(data)
        except Absent as missing:
            absent += 1
            print(f"absent   {name}: {missing}")
            continue
        ran += 1
        failed += bool(problems)
        print(f"{'MISMATCH' if problems else 'matches '} {name} ({time.monotonic() - started:.1f} s)")
        for problem in problems[:20]:
            print(f"         {problem}")
        if len(problems) > 20:
            print(f"         and {len(problems) - 20} more")
    print(f"conformance: {ran} run, {ran - failed} match, {failed} do not, {absent} without data")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
