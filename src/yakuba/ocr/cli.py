"""``yakuba ocr``: read forms from the command line. Sub-commands load their parts only when called."""

from __future__ import annotations

import importlib

import click

# name -> (module:attribute, one line for ``yakuba ocr --help``)
COMMANDS: dict[str, tuple[str, str]] = {
    "read": ("yakuba.ocr.cli_read:read", "filled-in forms to fields, one JSON line a field"),
    "page": ("yakuba.ocr.cli_page:page", "a free page to text lines with boxes"),
    "cells": ("yakuba.ocr.cli_cells:cells", "pictures of one character each to characters"),
    "watch": ("yakuba.ocr.cli_watch:watch", "take in scans that arrive in a folder"),
}


class LazyCommands(click.Group):
    """A click group whose sub-commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module_name, attribute = entry[0].split(":")
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
def ocr() -> None:
    """AI-OCR（帳票読取）: read forms, free pages and single characters."""
