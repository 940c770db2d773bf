"""The durable jobs: send what is due, by the clock; put letters together."""

from __future__ import annotations

import time
from typing import Any

from django.urls import reverse

from yakuba.core.jobs.clock import periodic
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.core.notify.models import LetterBatch
from yakuba.core.notify.services import letters
from yakuba.core.notify.services.sending import anything_due, send_due

EVERY_S = 60
LONGEST_S = 600.0  # one job; the next one goes on
LOOK_S = 1.0  # how often it is asked whether to stop


@job("notify.send_due", label="通知を送る", system="", timeout_s=1800)
def run_send_due(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Send what is due. Rows are claimed and kept one by one, so a job that dies loses nothing."""
    began = looked = time.monotonic()

    def go_on() -> bool:
        nonlocal looked
        now = time.monotonic()
        if now - looked >= LOOK_S:
            looked = now
            context.progress(min(0.9, (now - began) / LONGEST_S))
        return now - began < LONGEST_S

    return dict(send_due(go_on=go_on).counts)


periodic("notify.send_due", every_s=EVERY_S, due=anything_due)


def batch_page(finished: Job) -> str:
    """Where the letters lie."""
    return reverse("notify:batch", args=[finished.params["batch"]])


@job(
    "notify.print_letters",
    label="手紙をまとめる",
    timeout_s=1800,
    shown=(letters.NothingToPrint,),
    url=batch_page,
)
def run_print_letters(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Take the letters that may leave, set them, keep the PDF."""
    batch = LetterBatch.objects.select_related("made_by").get(pk=params["batch"])
    context.progress(0.1, "出してよい手紙を確かめています")
    if not letters.prepare(batch):
        raise letters.NothingToPrint("いま印刷できる手紙はありません。保留の理由を確かめてください。")
    context.progress(0.4, "手紙を組んでいます")
    pdf, pages = letters.set_batch(batch)
    context.progress(0.9, "手紙を記録しています")
    with context.finish() as outcome:
        outcome.update(letters.finish(batch, pdf, pages))
    return outcome
