"""``yakuba nursery applications …``: check, export and map a file of applications. Exit 2 = faults."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from yakuba.nursery.applications import CodedFault, ColumnMapping, Reading

_file = click.Path(path_type=Path)
_DATE = click.DateTime(["%Y-%m-%d"])


@click.group()
def applications() -> None:
    """申込情報: applications as a town hall's file holds them, before points."""


def _reading(command: Any) -> Any:
    """The options of every command that reads a file."""
    for option in (
        click.argument("file", type=_file),
        click.option("--sheet", "sheets", multiple=True, help="Read only this sheet; may be repeated."),
        click.option("--mapping", type=_file, help="Column mapping (JSON) from «map»."),
        click.option("--also", type=_file, help="A second file, such as the 施設 beside one CSV."),
        click.option("--fiscal-year", type=click.IntRange(1989, 2200), help="Of the class ages."),
        click.option("--deadline", type=_DATE, help="Applications after it are faults."),
        click.option("--most-wishes", type=click.IntRange(1, 50), help="So many wishes are allowed."),
    ):
        command = option(command)
    return command


@applications.command()
@_reading
@click.option("--json", "as_json", is_flag=True, help="Faults and warnings as JSON lines on stdout.")
def check(as_json: bool, **options: Any) -> None:
    """Check FILE: an .xlsx workbook, a CSV, a folder or a zip of CSVs. Every fault, with its place."""
    from yakuba.nursery.applications import BadInput

    try:
        reading = _read(**options)
    except BadInput as bad:
        if as_json:
            _json_lines("fault", bad.faults)
            sys.exit(2)
        _stop([_line(fault) for fault in bad.faults])
    except OSError as error:
        _stop([_unusable(error)])
    if as_json:
        _json_lines("warning", reading.warnings)
        return
    _tell(reading)
    found = reading.applications
    click.echo(
        f"OK：児童 {len(found.applicants):,}人、世帯 {len(found.households):,}、"
        f"クラス {len(found.classes):,}。誤りはありません。"
    )


@applications.command()
@_reading
@click.option("-o", "--output", type=_file, required=True, help="FILE.xlsx, or FILE.zip for CSVs.")
@click.option(
    "--cp932", is_flag=True, help="CSVs in CP932; letters it lacks are listed and nothing is written."
)
def export(output: Path, cp932: bool, **options: Any) -> None:
    """Write the applications of FILE in our own columns; reading them back gives the same."""
    from yakuba.nursery import files
    from yakuba.nursery.applications import BadInput
    from yakuba.nursery.applications.export import to_csv_zip, to_workbook
    from yakuba.nursery.ledger.export import CannotEncode

    if output.suffix.lower() not in (".xlsx", ".zip"):
        raise click.UsageError("出力は .xlsx か .zip です。")
    try:
        reading = _read(**options)
        _tell(reading)
        found = reading.applications
        if output.suffix.lower() == ".xlsx":
            data = to_workbook(found)
        else:
            data = to_csv_zip(found, encoding="cp932" if cp932 else "utf-8-sig")
        files.write_bytes(output, data)
    except BadInput as bad:
        _stop([_line(fault) for fault in bad.faults])
    except CannotEncode as error:
        _stop(str(error).splitlines())
    except OSError as error:
        _stop([_unusable(error)])
    click.echo(f"{output}：児童 {len(found.applicants):,}人の申込情報を書きました。")


@applications.command("map")
@click.argument("file", type=_file)
@click.option("-o", "--output", type=_file, required=True, help="The mapping, to be looked over and kept.")
def propose_mapping(file: Path, output: Path) -> None:
    """Propose which column of FILE is which; similar names are listed for a person to confirm."""
    from yakuba.nursery import files
    from yakuba.nursery.applications import BadInput, propose
    from yakuba.nursery.applications.sources import load

    try:
        mapping = propose(load(file)[0])
        files.write_bytes(output, mapping.to_json().encode())
    except BadInput as bad:
        _stop([_line(fault) for fault in bad.faults])
    except OSError as error:
        _stop([_unusable(error)])
    for sheet in mapping.sheets:
        click.echo(f"{sheet.sheet}：{sheet.role}として {len(sheet.columns)}列を対応づけました。")
    for title, name, target in mapping.doubtful():
        click.echo(f"要確認　{title}：「{name}」→「{target}」（名前が似ているだけです）")
    click.echo(f"{output} を確かめ、直してから --mapping で指定してください。")


def _read(
    file: Path,
    sheets: tuple[str, ...],
    mapping: Path | None,
    also: Path | None,
    fiscal_year: int | None,
    deadline: datetime | None,
    most_wishes: int | None,
) -> Reading:
    from yakuba.nursery.applications import Rules, read

    last: date | None = None if deadline is None else deadline.date()
    rules = Rules(fiscal_year=fiscal_year, deadline=last, max_wishes=most_wishes)
    chosen = None if mapping is None else _mapping(mapping)
    return read(file, mapping=chosen, sheets=sheets or None, also=also, rules=rules)


def _mapping(path: Path) -> ColumnMapping:
    from yakuba.nursery.applications.mapping import from_json

    try:
        return from_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        _stop([f"{path}：ファイルを読めません（{error.strerror}）。パスを確かめてください。"])
    except ValueError as error:
        _stop([f"{path}：{error}。"])


def _line(fault: Any) -> str:
    return f"{fault} [{fault.code}]"


def _unusable(error: OSError) -> str:
    return f"{error.filename}：読み書きできません（{error.strerror}）。場所と権限を確かめてください。"


def _tell(reading: Reading) -> None:
    for warning in reading.warnings:
        click.echo(f"注意　{_line(warning)}", err=True)


def _json_lines(kind: str, faults: Any) -> None:
    fault: CodedFault
    for fault in faults:
        line = {
            "kind": kind,
            "code": fault.code,
            "file": fault.file,
            "sheet": fault.sheet,
            "row": fault.row,
            "column": fault.column,
            "found": fault.found,
            "expected": fault.expected,
            "advice": fault.advice,
        }
        click.echo(json.dumps(line, ensure_ascii=False))


def _stop(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)
