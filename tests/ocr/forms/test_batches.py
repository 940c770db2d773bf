"""Batches: taken in, read page by page, decided by the border, repaired, deleted."""

from __future__ import annotations

import io
import json
import random

import pytest
from django.db import connection
from PIL import Image

from tests.ocr import made_pages
from tests.ocr.forms import stand_in
from tests.ocr.forms.conftest import filled_file, make_draft
from yakuba.core.ai_log.models import AiUse
from yakuba.core.audit.models import AuditEntry
from yakuba.core.border.models import BorderTask
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.ocr.models import Batch, BatchState, FieldValue, FormVersion, Page, PageState, ValueState
from yakuba.ocr.services import batches, page_reading
from yakuba.ocr.services.border_names import ref_of, task_of, unsealed
from yakuba.ocr.services.forms import content
from yakuba.ocr.services.intake import Incoming, IntakeRefused, Wanted, read_again, replace_file, take_in
from yakuba.ocr.services.page_reading import PageOutcome
from yakuba.ocr.services.results import keep_outcome

pytestmark = pytest.mark.django_db

OTHER = made_pages.Layout(
    title="児童手当認定請求書", rows=("甲", "乙", "丙", "丁"), step_mm=31.0, top_mm=60.0
)


def batch_of(version: FormVersion | None, officer: User, *files: Incoming, **more: object) -> Batch:
    wanted = Wanted("1月15日受付", version, **more)  # type: ignore[arg-type]
    return take_in(files or (filled_file(),), wanted, by=officer)


def read(batch: Batch) -> list[Job]:
    ended = run_pending()
    batch.refresh_from_db()
    return ended


def cut_file(*, dpi: int | None) -> Incoming:
    """The upper 55 % of a filled-in sheet."""
    whole = Image.open(io.BytesIO(filled_file().data))
    stream = io.BytesIO()
    part = whole.crop((0, 0, whole.width, round(whole.height * 0.55)))
    part.save(stream, "PNG", **({} if dpi is None else {"dpi": (dpi, dpi)}))
    return Incoming("cut.png", stream.getvalue(), "image/png")


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize(("dpi", "state"), [(200, PageState.REFUSED), (None, PageState.RESCAN)])
def test_a_cut_sheet_is_told_as_cut_and_neither_as_another_form_nor_as_coarse(
    active: FormVersion, officer: User, dpi: int | None, state: str, *, sort: bool
) -> None:
    batch = batch_of(None if sort else active, officer, cut_file(dpi=dpi))
    read(batch)
    page = batch.pages.get()
    wanted = PageState.UNSORTABLE if sort and dpi is not None else state
    assert (page.state, page.problems) == (
        wanted,
        ["用紙の下側が画像に入っていません。用紙全体が入るように読み取り直してください。"],
    )


def test_a_batch_is_read_and_every_field_waits_without_a_certificate(
    active: FormVersion, officer: User
) -> None:
    batch = batch_of(active, officer, filled_file(), filled_file("2.png"), scanner="複合機1")
    assert [one.state for one in batch.pages.all()] == [PageState.WAITING] * 2
    ended = read(batch)
    assert [job.state for job in ended] == [JobState.DONE], ended[0].error_detail
    assert ended[0].result == {"pages": 2, "read": 2}
    assert batch.state == BatchState.CHECKING
    page = batch.pages.get(number=2)
    assert (page.state, page.version, page.engine) == (PageState.READ, active, stand_in.StandIn.model)
    assert page.measures["correlation"] > 0.9
    assert page.registered is not None
    values = list(page.values.all())
    assert [one.name for one in values] == ["number", "name", "address", "paid"]
    assert {one.state for one in values} == {ValueState.WAITING}
    assert all(one.decided_because for one in values)
    assert BorderTask.objects.filter(kind="給与支払報告書/住所", policy="ALWAYS_STAFF").exists() or (
        BorderTask.objects.get(kind="給与支払報告書/住所").state == "always_staff"
    )
    assert AiUse.objects.filter(input_ref=f"ocr.page:{page.pk}").count() == 1
    task = task_of(values[3], content(active))
    assert (task.kind, task.version, task.scanner) == ("給与支払報告書/支払金額", "令和8年分", "複合機1")
    assert ref_of(values[3]) == f"ocr.value:{values[3].pk}"


def test_a_personal_number_lies_sealed_alone(active: FormVersion, officer: User) -> None:
    read(batch_of(active, officer))
    value = FieldValue.objects.get(name="number")
    assert (value.raw, value.text, value.final, value.candidates) == ("", "", "", [])
    assert unsealed(value)["text"] == stand_in.MY_NUMBER
    assert unsealed(FieldValue.objects.get(name="name"))["text"] == ""
    with connection.cursor() as cursor:
        for table in ("ocr_fieldvalue", "ocr_page", "ai_log_aiuse", "audit_auditentry", "jobs_job"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
            assert stand_in.MY_NUMBER not in str(cursor.fetchall())


def test_a_certified_field_passes_and_an_audited_one_waits(
    active: FormVersion, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yakuba.core.border.domain.policy import Decision
    from yakuba.core.border.services import Routed
    from yakuba.ocr.services import results

    def certified(requests: dict, *, rng: random.Random) -> dict:  # type: ignore[type-arg]
        return {
            task: {
                one.ref: Routed(
                    Decision.STAFF if one.must_be_checked else Decision.AUTO,
                    task.kind.endswith("氏名"),
                    "証明書の範囲です。",
                )
                for one in items
            }
            for task, items in requests.items()
        }

    monkeypatch.setattr(results, "route_all", certified)
    read(batch_of(active, officer))
    found = {one.name: one for one in FieldValue.objects.all()}
    assert (found["paid"].state, found["paid"].final) == (ValueState.AUTO, found["paid"].text)
    assert (found["name"].state, found["name"].final, found["name"].final_at) == (
        ValueState.WAITING,
        "",
        None,
    )
    assert found["name"].decision == "auto"
    assert found["address"].state == ValueState.WAITING  # the form says: always staff
    assert found["number"].state == ValueState.WAITING  # a wrong check digit beats every certificate


def test_a_blind_batch_asks_no_border(active: FormVersion, officer: User) -> None:
    read(batch_of(active, officer, blind=True))
    assert {one.decision for one in FieldValue.objects.all()} == {"staff"}
    assert "読みを見せずに" in FieldValue.objects.first().decided_because
    assert not BorderTask.objects.exists()


def test_pages_are_sorted_and_the_rest_goes_to_a_tray(active: FormVersion, officer: User) -> None:
    batch = batch_of(None, officer, filled_file(), filled_file("other.png", OTHER))
    read(batch)
    first, second = batch.pages.all()
    assert (first.state, first.version) == (PageState.READ, active)
    assert (second.state, second.version) == (PageState.UNSORTABLE, None)
    assert second.problems
    assert batch.state == BatchState.CHECKING
    read_again(second, by=officer, version=active)  # 様式を選んで読む
    read(batch)
    second.refresh_from_db()
    assert (second.state, second.version) == (PageState.REFUSED, active)
    batches.remove_page(second, by=officer)
    assert batch.pages.count() == 1


def test_a_page_of_another_form_is_refused_and_can_be_replaced(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer, filled_file("other.png", OTHER))
    read(batch)
    page = batch.pages.get()
    assert page.state == PageState.REFUSED
    assert not page.values.exists()
    replace_file(page, filled_file("again.png"), by=officer)
    read(batch)
    page.refresh_from_db()
    assert (page.state, page.problems, page.source.name) == (PageState.READ, [], "again.png")
    assert page.values.count() == 4


def test_a_page_on_which_people_worked_is_not_read_again(active: FormVersion, officer: User) -> None:
    from yakuba.ocr.models import Check

    batch = batch_of(active, officer)
    page = batch.pages.get()
    with pytest.raises(IntakeRefused, match="読取りを待って"):
        read_again(page, by=officer)
    read(batch)
    check = Check.objects.create(value=page.values.first(), outcome="accepted", by=officer)
    with pytest.raises(IntakeRefused, match="確認した欄"):
        read_again(page, by=officer)
    check.delete()
    read_again(page, by=officer)
    read(batch)
    assert page.values.count() == 4


def test_nothing_is_taken_in_when_one_file_is_bad(active: FormVersion, officer: User) -> None:
    files = [filled_file(), Incoming("a.txt", b"hello" * 50), Incoming("b.pdf", b"")]
    with pytest.raises(IntakeRefused) as caught:
        take_in(files, Wanted("束", active), by=officer)
    assert len(caught.value.problems) == 2
    assert not Batch.objects.exists()
    with pytest.raises(IntakeRefused, match="ファイルが選ばれていません"):
        take_in([], Wanted("束", active), by=officer)


def test_only_versions_in_use_read(draft: FormVersion, officer: User) -> None:
    with pytest.raises(IntakeRefused, match="使用中ではありません"):
        take_in([filled_file()], Wanted("束", draft), by=officer)
    with pytest.raises(IntakeRefused, match="仕分けできません"):
        take_in([filled_file()], Wanted("束"), by=officer)


def test_a_page_whose_reading_breaks_stops_no_other(
    active: FormVersion, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaks(stand_in.StandIn):
        calls = 0

        def read_page(self, form, template, page):  # type: ignore[no-untyped-def]
            Breaks.calls += 1
            if Breaks.calls == 1:
                raise ZeroDivisionError("secret name")
            return super().read_page(form, template, page)

    page_reading.use_engine(Breaks)
    batch = batch_of(active, officer, filled_file(), filled_file("2.png"))
    read(batch)
    assert [one.state for one in batch.pages.all()] == [PageState.RESCAN, PageState.READ]
    assert "予期しない" in batch.pages.get(number=1).problems[0]


def test_an_outcome_is_written_once(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer)
    page = batch.pages.select_related("source").get()
    late = PageOutcome(PageState.RESCAN, ("遅れた結果",))
    read(batch)
    assert not keep_outcome(page, late, rng=random.Random(1))
    page.refresh_from_db()
    assert page.state == PageState.READ
    replace_file(page, filled_file("again.png"), by=officer)
    stale = Page.objects.get(pk=page.pk)
    stale.source_page = 9
    assert not keep_outcome(stale, late, rng=random.Random(1))
    Page.objects.all().delete()
    assert not keep_outcome(page, late, rng=random.Random(1))


def test_a_stopped_batch_goes_on_where_it_was(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer)
    Job.objects.update(state=JobState.FAILED)
    batch.refresh_from_db()
    assert batches.is_stopped(batch, 1)
    batches.resume(batch, by=officer)
    batches.resume(batch, by=officer)  # pressed twice
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1
    read(batch)
    assert batch.state == BatchState.CHECKING


def test_a_deleted_batch_leaves_no_reading_and_one_line(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer)
    key = batch.pk
    batches.delete(batch, by=officer)
    assert not Page.objects.exists()
    assert Job.objects.get().state == JobState.CANCELLED
    line = AuditEntry.objects.get(action="ocr.batch.delete")
    assert (line.target, line.detail["pages"]) == (f"ocr.batch:{key}", 1)


def test_a_batch_deleted_while_it_is_read_ends_quietly(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer)
    Batch.objects.all().delete()
    assert batch.pk
    assert [job.state for job in run_pending()] == [JobState.DONE]


def test_the_figures_count_pages_and_fields(active: FormVersion, officer: User) -> None:
    batch = batch_of(active, officer, filled_file(), filled_file("other.png", OTHER))
    read(batch)
    FieldValue.objects.filter(name="paid").update(state=ValueState.AUTO)
    FieldValue.objects.filter(name="name").update(state=ValueState.DONE)
    found = batches.figures_of(batch)
    assert (found.pages, found.unread, found.stuck) == (2, 0, 1)
    assert (found.open, found.passed, found.done) == (2, 1, 1)
    assert batches.open_counts([batch]) == {batch.pk: 2}
    Page.objects.filter(state=PageState.REFUSED).delete()
    FieldValue.objects.update(state=ValueState.DONE)
    assert batches.settle(batch) == BatchState.DONE


def test_two_forms_are_told_apart(active: FormVersion, officer: User) -> None:
    other = make_draft(officer, "別の様式")
    assert json.dumps(other.definition)
    FormVersion.objects.filter(pk=other.pk).update(state="active")  # the same layout twice: never guessed
    batch = batch_of(None, officer)
    read(batch)
    assert batch.pages.get().state == PageState.UNSORTABLE
