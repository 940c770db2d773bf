"""Models and migrations agree, and no migration breaks a running older version (django-migration-linter)."""

from __future__ import annotations

import os
import sys
import tempfile

APPS = [
    *("people", "audit", "jobs", "files", "effects", "border", "ai_log", "notify", "facilities"),
    *("nursery", "handbook"),
]


def main() -> int:
    """1 when a migration is missing or unsafe."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["YAKUBA_HOME"] = home
        from yakuba.core.setup import start_django

        start_django()
        from django.core.management import CommandError, call_command
        from django_migration_linter import MigrationLinter

        try:
            call_command("makemigrations", check=True, dry_run=True, verbosity=1)
        except (CommandError, SystemExit):
            print("A migration is missing: run yakuba manage makemigrations", file=sys.stderr)
            return 1
        linter = MigrationLinter(
            path=os.getcwd(),
            no_cache=True,
            include_apps=APPS,
        )
        linter.lint_all_migrations()
        if linter.has_errors:
            linter.print_summary()
        return 1 if linter.has_errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
