"""``yakuba ocr page``: a free page to text lines with boxes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from yakuba.core.weights import BadRegistry, MissingModel
from yakuba.core.whole import write_json
from yakuba.ocr.intake import BadScan, open_scan

FORMAT = "yakuba.ocr.page/1"


def page_document(data: bytes, name: str) -> dict[str, Any]:
    """Every page of a file with its lines in reading order. Raises ``BadScan``."""
    from yakuba.ocr.free_page import read_free_page

    scan = open_scan(data, name)
    pages: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for number in range(1, scan.count + 1):
        image = scan.page(number).image
        pages.append({"number": number, "width": image.shape[1], "height": image.shape[0]})
        lines += [
            {
                "page": number,
                "text": line.text,
                "confidence": round(line.confidence, 4),
                "box": list(line.box),
                "corners": [list(corner) for corner in line.corners],
                "vertical": line.vertical,
            }
            for line in read_free_page(image)
        ]
    text = "\n".join(line["text"] for line in lines)
    return {"format": FORMAT, "image": name, "pages": pages, "lines": lines, "text": text}


@click.command()
@click.argument("image", type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON")
def page(image: str, output: Path) -> None:
    """Read any page: printed or written text, lines with boxes in px, in reading order."""
    try:
        write_json(output, page_document(Path(image).read_bytes(), image))
    except (BadScan, MissingModel, BadRegistry) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"{error.filename or output}：{error.strerror}。名前と権限を確かめてください。", err=True)
        sys.exit(2)
