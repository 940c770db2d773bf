"""One batch with the reader that is shipped: its models, its decisions, its log."""

from __future__ import annotations

import pytest

from tests.ocr.forms.conftest import filled_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.ocr.models import FieldValue, FormVersion, Page, PageState
from yakuba.ocr.services import page_reading
from yakuba.ocr.services.intake import Wanted, take_in

pytestmark = pytest.mark.django_db


def test_a_page_is_read_with_the_shipped_models(active: FormVersion, officer: User) -> None:
    page_reading._maker.clear()
    take_in([filled_file()], Wanted("束", active), by=officer)
    ended = run_pending()
    assert [job.state for job in ended] == ["done"], ended[0].error_detail
    page = Page.objects.get()
    assert page.state == PageState.READ, page.problems
    assert len(page.engine) == 64
    values = {one.name: one for one in FieldValue.objects.all()}
    assert values["name"].text.replace("　", "").replace(" ", "") == "汐見太郎"
    assert values["paid"].text == "31111101"
    assert values["number"].sealed
    assert values["number"].text == ""
