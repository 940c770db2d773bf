"""Make the committed files anew: ``python -m yakuba.site.demo.ocr_forms.draw [FOLDER]``.

Writes, for every form, the empty sheet as PNG and its definition as YAML.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from yakuba.ocr.domain.form_reading import parse_form, render_form
from yakuba.site.demo.ocr_forms.layouts import Form, anketo, kyuyo, noen

LAYOUTS: dict[str, Callable[[], Form]] = {
    "kyuyo": kyuyo,
    "noen": noen,
    "noen_kaisei": partial(noen, revised=True),
    "anketo": anketo,
}


def files_of(name: str) -> tuple[str, bytes]:
    """The YAML definition and the PNG of the form called so; raises ``BadForm`` for a faulty layout."""
    sheet, head = LAYOUTS[name]()
    form = parse_form({**head, "blank": f"{name}.png", "fields": sheet.fields}, where=f"{name}.yaml")
    text = yaml.safe_dump(
        render_form(form), allow_unicode=True, sort_keys=False, default_flow_style=None, width=108
    )
    return text, sheet.png()


def main(folder: Path) -> None:
    """Write every form into ``folder``."""
    for name in LAYOUTS:
        text, picture = files_of(name)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
        (folder / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
