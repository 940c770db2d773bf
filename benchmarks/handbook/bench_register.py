"""How long a city's register takes: taking both files in, and one run over everybody (接種状況の計算).

``python -m benchmarks.handbook.bench_register --children 30000`` in an empty installation folder
(``YAKUBA_HOME``); it makes an invented register there.
"""

from __future__ import annotations

import time

import click

from yakuba.core.setup import start_django


@click.command()
@click.option("--children", default=30_000, show_default=True)
def main(children: int) -> None:
    """Print one line a step: what, seconds on the clock, seconds of the processor."""
    start_django()
    from django.core.management import call_command
    from django.utils import timezone

    from yakuba.core.jobs.testing import run_pending
    from yakuba.handbook.models import OutlookRow, RegisteredChild, RegisteredDose
    from yakuba.handbook.register.names import UNKNOWN
    from yakuba.handbook.services import dose_imports, imports, outlooks
    from yakuba.site.demo.handbook import FOREIGN, make_handbook

    call_command("migrate", verbosity=0)
    made = make_handbook(timezone.localdate(), children)

    def timed(what: str, began: tuple[float, float]) -> None:
        wall, processor = time.monotonic() - began[0], time.process_time() - began[1]
        click.echo(f"{what}\t{wall:.1f} s\t{processor:.1f} s")

    def now() -> tuple[float, float]:
        return time.monotonic(), time.process_time()

    began = now()
    held = imports.receive_children("children.csv", made.children_csv(), whole=True, by=None)
    imports.confirm_children(held, key=imports.key_of(imports.difference(held)), by=None)
    timed(f"children taken in: {RegisteredChild.objects.count():,}", began)
    began = now()
    doses = dose_imports.receive_doses("doses.csv", made.doses_csv(), by=None)
    dose_imports.answer(doses, {FOREIGN: {"vaccine": UNKNOWN}})
    dose_imports.confirm_doses(doses, by=None)
    timed(f"doses taken in: {RegisteredDose.objects.count():,}", began)
    began = now()
    outlooks.request_run(by=None)
    run_pending()
    timed(f"run over everybody, rows: {OutlookRow.objects.count():,}", began)


if __name__ == "__main__":
    main()
