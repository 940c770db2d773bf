"""``yakuba ocr read``: filled-in forms to fields."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from yakuba.core.border.domain.policy import Decision
from yakuba.core.weights import BadRegistry, MissingModel
from yakuba.ocr.domain.cut import cut_off, measured
from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.form_reading import BadForm, parse_form
from yakuba.ocr.domain.patterns import unbounded
from yakuba.ocr.domain.quality import Quality
from yakuba.ocr.domain.reading import FieldReading, PageReading
from yakuba.ocr.domain.registration import Refusal, Template
from yakuba.ocr.intake import BadScan, Scan, ScannedPage, open_scan
from yakuba.ocr.output import write_lines
from yakuba.ocr.simulated import Certificates, decision, measured_with, shipped

if TYPE_CHECKING:
    from yakuba.ocr.reader import PageRefused

OTHER_ENGINE = (
    "同梱の模擬認定は、別の版の読取り（モデル、プログラム、ライブラリ）で測ったものです。"
    "測った誤り率は、この環境には当てはまりません。"
)
POOR = "画質が基準に届かないため、読みは候補として書き、すべての欄を職員の確認にします。"
Named = tuple[str, Scan]


def load_form(path: Path) -> FormDefinition:
    """The form definition in a YAML file. Raises ``BadForm``."""
    from yakuba.ocr import form_yaml

    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise BadForm([f"{path}：読めません（{error.strerror}）。名前を確かめてください。"]) from None
    except UnicodeDecodeError:
        raise BadForm([f"{path}：UTF-8 として読めません。UTF-8 で保存してください。"]) from None
    return parse_form(form_yaml.load(text, str(path)), where=str(path))


def load_template(form: FormDefinition, path: Path) -> Template:
    """The empty form beside its definition. Raises ``BadForm``."""
    blank = path.parent / form.blank
    try:
        page = open_scan(blank.read_bytes(), str(blank)).page(1)
    except OSError:
        raise BadForm([f"{path}『blank』：{blank} がありません。空の用紙の画像を置いてください。"]) from None
    except BadScan as error:
        raise BadForm([f"{path}『blank』：{error}"]) from None
    return Template(page.image, form.width_mm, form.height_mm)


def open_images(names: Sequence[str]) -> list[Named]:
    """The scans, opened. Raises ``BadScan`` with a message a file that can not be read."""
    scans: list[Named] = []
    problems = []
    for name in names:
        try:
            scans.append((name, open_scan(Path(name).read_bytes(), name)))
        except OSError as error:
            problems.append(f"{name}：読めません（{error.strerror}）。名前を確かめてください。")
        except BadScan as error:
            problems.append(str(error))
    if problems:
        raise BadScan("\n".join(problems))
    return scans


def page_lines(
    form: FormDefinition, template: Template, scans: Sequence[Named], certificates: Certificates
) -> Iterator[dict[str, Any]]:
    """A line a field, or one with ``error`` for a page that was not read.

    A page under the desk's quality gate is read all the same, but nothing of it is decided without a person:
    its lines carry ``quality`` and ``rescan``, and standard error says what to scan again.
    """
    from yakuba.ocr import memory
    from yakuba.ocr.reader import FormReader, PageRefused

    memory.keep_small()
    reader = FormReader()
    for name, scan in scans:
        for number in range(1, scan.count + 1):
            image = f"{name}#{number}" if scan.count > 1 else name
            try:
                page = scan.page(number)
            except BadScan as problem:
                yield {"image": image, "error": str(problem)}
                continue
            quality = measured(page.image, page.dpi, (form.width_mm, form.height_mm), [template])
            try:
                reading = reader.read_page(form, template, page.image)
            except PageRefused as problem:
                yield {"image": image, "error": _refusal(template, page, quality, problem)}
                continue
            memory.give_back()
            if quality.must_rescan:
                click.echo(f"{image}：{POOR}{''.join(quality.sentences)}", err=True)
            yield from field_lines(image, form, reading, certificates, quality)


def _refusal(template: Template, page: ScannedPage, quality: Quality, refused: PageRefused) -> str:
    """Why a page was not read, as the desk says it."""
    if quality.must_rescan:
        return "".join(quality.sentences)
    if refused.why.refusal in (Refusal.MOVED, Refusal.OTHER_FORM):
        cut = cut_off(page.image, [template])
        if cut is not None:
            return cut.sentence
    return str(refused)


def field_lines(
    image: str, form: FormDefinition, reading: PageReading, certificates: Certificates, quality: Quality
) -> Iterator[dict[str, Any]]:
    """The contract's line of every field; of a page under the gate all of them are staff's."""
    poor = quality.must_rescan
    for field, one in zip(form.fields, reading.fields, strict=True):
        line = field_line(image, one, Decision.STAFF if poor else decision(field, one, certificates))
        if poor:
            line["quality"] = [problem.value for problem in quality.problems]
            line["rescan"] = list(quality.sentences)
        yield line


def field_line(image: str, one: FieldReading, decided: Decision) -> dict[str, Any]:
    """One field as the contract says it."""
    return {
        "image": image,
        "field": one.name,
        "text": one.text,
        "raw": one.raw,
        "confidence": round(one.confidence, 6),
        "decision": decided.value,
        "reasons": [reason.value for reason in one.reasons],
        "candidates": [
            {
                "text": other.text,
                "raw": other.raw,
                "confidence": round(other.confidence, 6),
                "source": other.source,
            }
            for other in one.candidates
        ],
    }


@click.command()
@click.argument("images", metavar="IMAGE…", nargs=-1, required=True, type=click.Path())
@click.option(
    "--form",
    "form_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="form definition (YAML)",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines"
)
@click.option(
    "--assume-certified",
    is_flag=True,
    help="decide by the shipped, simulated certificates: never for real documents",
)
def read(images: tuple[str, ...], form_file: Path, output: Path, assume_certified: bool) -> None:
    """Read filled-in forms: scans or photographs (PDF, TIFF, PNG, JPEG, HEIC) of one form.

    Writes a line a field in the form's order. An image that does not show the form is one line with an error.
    A page too poor to rely on is read, but every field of it is left to staff and names what to scan again.
    """
    try:
        form = load_form(form_file)
        _name_patterns(form, form_file)
        template = load_template(form, form_file)
        scans = open_images(images)
        certificates = _assumed() if assume_certified else {}
        write_lines(output, page_lines(form, template, scans, certificates))
    except (BadForm, BadScan, MissingModel, BadRegistry) as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{output}：書き出せません（{error.strerror}）。書き出す先を確かめてください。")


def _name_patterns(form: FormDefinition, path: Path) -> None:
    """Say which fields' patterns may take for ever: the desk refuses them, a file may still try."""
    for field in form.fields:
        if field.pattern and (why := unbounded(field.pattern)):
            click.echo(
                f"{path}『{field.name}』『pattern』：確かめが終わらないことがあります（{why}）。", err=True
            )


def _assumed() -> Certificates:
    """The shipped certificates; says so when they were measured with another engine than the one here."""
    from yakuba.ocr.reader import engine_version

    if measured_with() != engine_version():
        click.echo(OTHER_ENGINE, err=True)
    return shipped()


def _stop(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)
