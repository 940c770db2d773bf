"""``yakuba ocr``: read forms from the command line. Sub-commands load their parts only when called."""

from __future__ import annotations

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def ocr() -> None:
    """AI-OCR（帳票読取）: read forms, free pages and single characters."""
