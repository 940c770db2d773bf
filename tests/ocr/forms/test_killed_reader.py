"""kill -9 in the middle of a batch: no page is lost, none is read twice, the rest goes on."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.core.jobs.conftest import Town, town
from tests.ocr import made_pages
from tests.ocr.forms.conftest import make_draft, person
from yakuba.core.ai_log.models import AiUse
from yakuba.core.jobs.models import JobState
from yakuba.core.people.models import Department, Role
from yakuba.ocr.models import Batch, FieldValue, FormVersion, Page, PageState, VersionState
from yakuba.ocr.services.intake import Incoming, Wanted, take_in

__all__ = ["town"]  # fixtures of the jobs' own tests
pytestmark = pytest.mark.workers
PAGES = 8


def many_pages() -> bytes:
    """A TIFF of several sheets, each with another name on it."""
    sheets = []
    for number in range(PAGES):
        x, y, _, _ = made_pages.row_box(0)
        page = made_pages.write(made_pages.blank(), f"汐見　{'太' * (number + 1)}", x + 2, y + 2, 3.0)
        sheets.append(Image.fromarray(np.asarray(page)))
    stream = io.BytesIO()
    sheets[0].save(
        stream, "TIFF", save_all=True, append_images=sheets[1:], compression="tiff_lzw", dpi=(200, 200)
    )
    return stream.getvalue()


@pytest.mark.parametrize("town", ["sqlite", "postgresql"], indirect=True)
def test_a_worker_killed_twice_loses_and_doubles_no_page(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.core.jobs.conftest.DEADLINE_S", 150.0)  # real pages on a busy machine
    office = Department.objects.create(code="310", name="税務課", systems=["ocr"])
    officer = person("3001", office, Role.OFFICER, "前田 律")
    monkeypatch.setenv("YAKUBA_HOME", str(town.home))
    draft = make_draft(officer)
    FormVersion.objects.filter(pk=draft.pk).update(state=VersionState.ACTIVE)
    draft.refresh_from_db()
    batch = take_in([Incoming("many.tif", many_pages())], Wanted("束", draft), by=officer)
    assert Page.objects.count() == PAGES

    def read() -> int:
        return Page.objects.filter(state=PageState.READ).count()

    first_ids: dict[int, int] = {}
    for stop_at in (2, 5):
        worker = town.start_worker("hall", "--import", "tests.ocr.forms.stand_in", lease=5.0)
        town.until(lambda at=stop_at: read() >= at, f"{stop_at} pages")  # type: ignore[misc]
        worker.kill()  # kill -9: nothing is tidied up
        worker.wait()
        now = dict(FieldValue.objects.filter(name="name").values_list("page__number", "pk"))
        assert {number: now[number] for number in first_ids} == first_ids  # what was read is not read again
        first_ids = now
    town.start_worker("hall", "--import", "tests.ocr.forms.stand_in", lease=5.0)
    assert batch.job is not None
    job = town.ended(batch.job)
    assert job.state == JobState.DONE, job.error_detail
    assert job.attempts == 3
    assert read() == PAGES
    assert FieldValue.objects.count() == PAGES * 4
    assert AiUse.objects.count() == PAGES
    texts = dict(FieldValue.objects.filter(name="name").values_list("page__number", "text"))
    grown = [int(texts[number]) for number in range(1, PAGES + 1)]
    assert grown == sorted(grown)  # each page has its own reading, in its own place
    assert len(set(grown)) == PAGES
    assert Batch.objects.get().state == "checking"
