"""The ``yakuba`` command: one sub-command a system, loaded only when called.

Loading lazily keeps ``yakuba nursery allocate`` free of Django and of every other system's imports.
"""

from __future__ import annotations

import importlib

import click

from yakuba import __version__

# name -> (module:attribute, one line for ``yakuba --help``)
COMMANDS: dict[str, tuple[str, str]] = {
    "nursery": ("yakuba.nursery.cli:nursery", "保育所利用調整: allocate, verify and explain nursery places"),
    "handbook": ("yakuba.handbook.cli:handbook", "母子手帳・予防接種: judge doses, forecast the next ones"),
    "ocr": ("yakuba.ocr.cli:ocr", "AI-OCR: read forms, free pages and single characters"),
    "effects": ("yakuba.effects.cli:effects", "事業効果: import measured working time, report savings"),
    "facilities": ("yakuba.core.facilities.cli:facilities", "施設の台帳: import published tables of places"),
    "border": ("yakuba.core.border.cli:border", "AIと職員の境目: certify an automatic decision"),
    "people": ("yakuba.core.people.cli:people", "職員: accounts, roles, transfers, staff CSV import"),
    "audit": ("yakuba.core.audit.cli:audit", "監査の記録: verify and export the audit chain"),
    "tokens": ("yakuba.core.tokens.cli:tokens", "APIの利用者: issue, list and revoke API tokens"),
    "exchange": ("yakuba.core.exchange.cli:exchange", "住民側との受渡し: signed batches between faces"),
    "notify": ("yakuba.core.notify.cli:notify", "通知: send reminders that are due, count what waits"),
    "models": ("yakuba.core.weights.cli:models", "models registry: list, verify, add, unpack"),
    "backup": ("yakuba.core.backup.cli:backup", "write an encrypted backup"),
    "restore": ("yakuba.core.backup.cli:restore", "restore a backup onto an empty installation"),
    "worker": ("yakuba.core.jobs.cli:worker", "run durable jobs"),
    "migrate": ("yakuba.site.cli:migrate", "create or upgrade the database"),
    "demo": ("yakuba.site.demo.cli:demo", "load the demo city 汐見区"),
    "retention": ("yakuba.site.cli:retention", "delete what is past its time; --apply does it"),
    "serve": ("yakuba.site.cli:serve", "serve the portal"),
    "manage": ("yakuba.site.cli:manage", "Django's own management commands"),
}
OUTPUT = ("-o", "--output")


class LazyGroup(click.Group):
    """A click group whose sub-commands are imported on first use."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an empty ``-o``: as a path it would mean the folder that one stands in."""
        for name, value in zip(args, [*args[1:], "-"], strict=True):
            if (name in OUTPUT and value == "") or name in [f"{option}=" for option in OUTPUT]:
                raise click.UsageError(
                    f"{name.rstrip('=')} が空です。書き出す先の名前を指定してください。", ctx
                )
        return super().parse_args(ctx, args)

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
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="yakuba")
def main() -> None:
    """Yakuba (役場): AI systems for a Japanese town hall. 各コマンドの説明は yakuba COMMAND --help"""
