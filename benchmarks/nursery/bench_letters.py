"""Letters of a whole town: from a finished result to the joined PDF and the Word file. One JSON line.

    python -m benchmarks.nursery.bench_letters [--children 3000] [--odd] [--folder DIR]

The allocation itself is not part of the figures. ``write_s``: texts of all letters; ``pdf_s``: setting and
joining; ``docx_s``: the Word file. Addresses are invented. With ``--folder`` the files are kept there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ADDRESS = "https://www.city.example/nursery/"


def families(children: int) -> tuple[list[Any], dict[str, str]]:
    """Families of an invented ledger with their real claims; class names."""
    from yakuba.nursery import ledger as ledgers
    from yakuba.nursery.domain import explain
    from yakuba.nursery.domain.letters import ChildFacts, FamilyFacts
    from yakuba.nursery.domain.market_json import market_dict, result_dict
    from yakuba.nursery.domain.solve import allocate
    from yakuba.nursery.domain.summary import summarise
    from yakuba.nursery.ledger.write import write_workbook
    from yakuba.site.demo.nursery import make_ledger

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        write_workbook(make_ledger(children, 80, 20, seed=1), path)
        content = ledgers.read(path)
    market = content.market(None)
    found = allocate(market)
    whole = {**market_dict(market), **content.market_extras(None)}
    told = dict(explain.by_child(explain.claims(whole, result_dict(found.result))))
    names = content.labels.classes
    facts = {child.id: child for child in content.children}
    homes: dict[str, list[ChildFacts]] = {}
    for row in summarise(market, found.result).children:
        child = facts[row.child]
        place, _, age = names.get(row.seat or "", "").partition(" ")
        homes.setdefault(row.family, []).append(
            ChildFacts(
                id=row.child,
                name=child.name,
                outcome=row.outcome,
                claims=told[row.child],
                birth=child.birth,
                facility=place,
                class_name=age,
                applied_on=date(2026, 11, 9),
            )
        )
    return [
        FamilyFacts(
            family,
            tuple(own),
            f"{own[0].name.split(' ')[0]} 保護者",
            f"999-{at % 10000:04}",
            f"汐見区汐見{at % 9 + 1}丁目{at % 30 + 1}番{at % 12 + 1}号",
            at % 3 == 0,
        )
        for at, (family, own) in enumerate(homes.items())
    ], dict(names)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--children", type=int, default=3000)
    parser.add_argument("--odd", action="store_true")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()

    from yakuba.core import access_codes as codes
    from yakuba.core.ui.wareki import wareki
    from yakuba.nursery.domain.letters import Issue, in_order, letter
    from yakuba.nursery.letters.docx import to_docx
    from yakuba.nursery.letters.load import available
    from yakuba.nursery.letters.typeset import Sheet, typeset

    homes, labels = families(asked.children)
    words = available()["shiomi"]
    issue = Issue(
        town="汐見区",
        round="令和9年4月入所 一次選考",
        issued_on=date(2027, 1, 19),
        starts_on=date(2027, 4, 1),
        number="8汐子保第1234号の{n}",
        decline_by=date(2027, 1, 29),
        papers_by=date(2027, 2, 12),
        health_by=date(2027, 2, 26),
    )
    load, cpu, begin = os.getloadavg()[0], _cpu(), time.perf_counter()
    letters = [
        letter(
            kind,
            family,
            words,
            issue,
            serial=serial,
            write=lambda day: wareki(day, weekday=False),
            labels=labels,
        )
        for serial, (family, kind) in enumerate(in_order(homes, "postal"), start=1)
    ]
    printed_codes = [codes.shown(codes.draw(secrets.randbelow)) for _ in letters]
    written = time.perf_counter()
    sheet = Sheet("利用調整結果通知書", words.window, ADDRESS, odd=asked.odd)
    printed = typeset(letters, printed_codes, sheet)
    set_ = time.perf_counter()
    docx = to_docx(letters, printed_codes, sheet)
    end = time.perf_counter()
    if asked.folder is not None:
        asked.folder.mkdir(parents=True, exist_ok=True)
        (asked.folder / "letters.pdf").write_bytes(printed.pdf)
        (asked.folder / "letters.docx").write_bytes(docx)
    figures = {
        "letters": len(letters),
        "pages": printed.pages,
        "write_s": round(written - begin, 2),
        "pdf_s": round(set_ - written, 2),
        "docx_s": round(end - set_, 2),
        "wall_s": round(end - begin, 2),
        "cpu_s": round(_cpu() - cpu, 2),
        "pdf_mib": round(len(printed.pdf) / 2**20, 1),
        "docx_mib": round(len(docx) / 2**20, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load_before": round(load, 2),
    }
    print(json.dumps(figures))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
