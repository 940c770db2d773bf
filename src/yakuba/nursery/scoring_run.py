"""What ``yakuba nursery score`` does: applications and a rule book in, keyed ledger and trace out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from yakuba.nursery import files
from yakuba.nursery.applications import Reading, Rules, read
from yakuba.nursery.applications import mapping as columns
from yakuba.nursery.applications.scored import keyed_ledger
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.scores.result import Scores
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.rulebooks.codes import codes_of
from yakuba.nursery.rulebooks.load import load, load_builtin
from yakuba.nursery.scores_file import scores_bytes

LEDGER, TRACE = "ledger.zip", "trace.jsonl"
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of the command."""

    applications: Path
    rulebook: str
    mapping: Path | None = None
    sheets: Sequence[str] | None = None
    on: date | None = None


def write(asked: Asked, folder: Path | None) -> None:
    """Score, write both files (all or nothing), and say what only staff can decide.

    ``BadInput`` names every fault; then nothing is written. ``OSError`` for the folder.
    """
    if folder is not None:
        files.check_folder(folder, (LEDGER, TRACE))
    book = rulebook_of(asked.rulebook)
    mapping = None if asked.mapping is None else _mapping(asked.mapping)
    rules = Rules(codes=codes_of(book))
    reading = read(asked.applications, mapping=mapping, sheets=asked.sheets, rules=rules)
    scores = score(book, reading.applications, on=asked.on or start_of(reading.applications, book))
    if folder is not None:
        _write_folder(
            folder,
            {
                LEDGER: keyed_ledger(reading.applications, scores),
                TRACE: scores_bytes(scores, reading.applications),
            },
        )
    _tell(reading, scores)


def rulebook_of(name: str) -> Rulebook:
    """A shipped book by its id, or one by its path. ``BadInput`` for neither."""
    path = Path(name)
    return load(path) if path.suffix.lower() in (".yaml", ".yml") else load_builtin(name)


def start_of(applications: Applications, book: Rulebook) -> date:
    """The earliest 利用希望月 of the file, else the book's first day. ``BadInput`` for neither."""
    starts = [one.wished_start for one in applications.applicants if one.wished_start is not None]
    if starts:
        return min(starts)
    if book.effective_from is not None:
        return book.effective_from
    fault = Fault(
        "利用希望月", "なし", "利用開始日が必要です", advice="--on 2027-04-01 のように指定してください"
    )
    raise BadInput([fault])


def _mapping(path: Path) -> columns.ColumnMapping:
    try:
        return columns.from_json(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise BadInput([Fault(path.name, str(error), "列の対応づけのJSONが必要です")]) from error


def _write_folder(folder: Path, contents: dict[str, bytes]) -> None:
    """Every file is written beside its place before the first is renamed into it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".yakuba.", dir=folder) as staged:
        for name, data in contents.items():
            (Path(staged) / name).write_bytes(data)
        for name in contents:
            os.replace(Path(staged) / name, folder / name)


def _tell(reading: Reading, scores: Scores) -> None:
    for line in [*(str(one) for one in reading.warnings), *scores.warnings][:SHOWN]:
        click.echo(f"注意：{line}", err=True)
    for question in scores.questions[:SHOWN]:
        click.echo(f"職員の判断：{question.text}", err=True)
    if len(scores.questions) > SHOWN:
        click.echo(f"職員の判断：ほかに{len(scores.questions) - SHOWN}件あります。", err=True)
    differing = sum(len({wish.total for wish in one.wishes}) > 1 for one in scores.children.values())
    click.echo(
        f"{len(scores.children)}人を採点しました。希望先で合計が変わる児童 {differing}人、"
        f"職員の判断が要る項目 {len(scores.questions)}件。"
    )
