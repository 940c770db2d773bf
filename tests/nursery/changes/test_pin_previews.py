"""The job behind a pin's consequences: asked for once, never half, never out of date."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.changes.test_pin_pages import REASON, asked, next_run
from tests.nursery.conftest import signed_in
from tests.nursery.later import helpers
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import cancel, retry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, Pin, PinPreview
from yakuba.nursery.services import pin_previews
from yakuba.nursery.services.decisions import decide_points
from yakuba.nursery.services.pin_previews import StalePreview, ask, basis_of, is_stale, request_preview
from yakuba.nursery.services.pins import PinError, preview, remove_pin
from yakuba.nursery.services.round_ends import withdraw_adoption
from yakuba.nursery.services.rounds import adopt
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


def requested(result: Allocation, by: User, child: str = "7003", to: str | None = "1-1") -> PinPreview:
    return request_preview(result, child=child, class_id=to, reason=REASON, by=by)


def computed(result: Allocation, by: User, child: str = "7003", to: str | None = "1-1") -> PinPreview:
    row = requested(result, by, child, to)
    run_pending()
    row.refresh_from_db()
    assert row.finished_at is not None, row.job and row.job.error_detail
    return row


def page_of(row: PinPreview, name: str = "pin-preview") -> str:
    return reverse(f"nursery:{name}", args=[row.pk])


def press(web: Client, result: Allocation, **more: str) -> str:
    """What the form of a pin answers: the address of the preview."""
    data = {"child": "7003", "class": "1-1", "reason": REASON, **more}
    return str(web.post(reverse("nursery:pin-new", args=[result.pk]), data)["Location"])


def test_the_request_only_queues_and_the_page_shows_progress_then_the_consequences(
    web: Client, result: Allocation
) -> None:
    page = press(web, result)
    row = PinPreview.objects.get()
    assert row.job is not None
    assert (row.job.state, row.job.params, row.finished_at) == (JobState.QUEUED, {"preview": row.pk}, None)
    waiting = web.get(page).content.decode()
    assert f'hx-get="{reverse("jobs:progress", args=[row.job.pk])}" hx-trigger="every 500ms"' in waiting
    assert "最新の状況を見る" in waiting  # the way without script
    assert "固定の承認を依頼する" not in waiting
    run_pending()
    progress = web.get(reverse("jobs:progress", args=[row.job.pk]), headers={"HX-Request": "true"})
    assert progress["HX-Redirect"] == page
    shown = web.get(page).content.decode()
    assert "まだ何も依頼していません" in shown
    assert "固定の承認を依頼する" in shown
    row.refresh_from_db()
    assert row.consequences == preview(result, "7003", "1-1")
    row.job.refresh_from_db()
    assert row.job.result == {"preview": row.pk, "possible": True}
    assert [line["message"] for line in row.job.log][1:3] == [
        "割当の結果を読んでいます",
        "固定して割り当てています",
    ]


def test_pressing_twice_gives_the_same_job_and_a_better_reason_is_kept(
    web: Client, result: Allocation, colleague: User
) -> None:
    first = press(web, result)
    assert press(web, result) == first
    run_pending()
    assert press(web, result, reason="文書番号 13") == first, "what still holds good is shown at once"
    assert PinPreview.objects.get().reason == "文書番号 13"
    assert Job.objects.filter(kind=pin_previews.JOB).count() == 1
    assert AuditEntry.objects.filter(action="nursery.pin.preview").count() == 1
    assert press(signed_in(colleague), result) != first, "another person's reason is another preview"
    assert press(web, result, **{"class": "-"}) != first


def test_asking_sends_what_was_shown_and_asking_twice_is_one_pin(
    web: Client, result: Allocation, officer: User
) -> None:
    row = computed(result, officer)
    answer = web.post(page_of(row, "pin-ask"))
    pin = Pin.objects.get()
    assert answer["Location"] == reverse("nursery:pin", args=[pin.pk])
    assert pin.consequences == {**row.consequences, "allocation": result.pk}
    assert (pin.reason, pin.class_id, pin.asked_by) == (REASON, "1-1", officer)
    assert web.post(page_of(row, "pin-ask"))["Location"] == answer["Location"]
    assert Pin.objects.count() == 1
    shown = web.get(page_of(row)).content.decode()
    assert "依頼済みです" in shown
    assert "固定の承認を依頼する" not in shown


def test_nothing_can_be_asked_for_before_the_consequences_are_there(
    web: Client, result: Allocation, officer: User
) -> None:
    row = requested(result, officer)
    with pytest.raises(PinError, match="影響をまだ確かめていません"):
        ask(row, by=officer)
    assert "影響をまだ確かめていません" in web.post(page_of(row, "pin-ask"), follow=True).content.decode()
    assert not Pin.objects.exists()


def pin_of_another(result: Allocation, officer: User, approver: User) -> None:
    asked(result, officer, child="7004", to="2-2")


def newer_run(result: Allocation, officer: User, approver: User) -> None:
    next_run(result, officer)


@pytest.mark.parametrize("change", [pin_of_another, newer_run])
def test_a_preview_that_something_overtook_is_refused_and_computed_again(
    web: Client,
    result: Allocation,
    officer: User,
    approver: User,
    change: Callable[[Allocation, User, User], None],
) -> None:
    row = computed(result, officer)
    change(result, officer, approver)
    shown = web.get(page_of(row)).content.decode()
    assert "この影響は古くなりました" in shown
    assert "固定の承認を依頼する" not in shown
    pins = Pin.objects.count()
    with pytest.raises(StalePreview, match="依頼していません"):
        ask(row, by=officer)
    answer = web.post(page_of(row, "pin-ask"))
    assert Pin.objects.count() == pins
    again = PinPreview.objects.latest("pk")
    assert again != row
    assert answer["Location"] == page_of(again)
    assert "影響を計算し直します" in web.get(answer["Location"]).content.decode()
    run_pending()
    assert ask(again, by=officer).reason == REASON


def test_every_step_of_a_pin_makes_previews_stale(result: Allocation, officer: User, approver: User) -> None:
    seen = [basis_of(result)]
    pin = asked(result, officer, child="7004", to="2-2")
    seen.append(basis_of(result))
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    seen.append(basis_of(result))
    pin.refresh_from_db()
    remove_pin(pin, by=officer)
    seen.append(basis_of(result))
    assert len(set(seen)) == 3
    assert seen[3] == seen[0], "the pin that is off again leaves no trace in what would change"


def test_decisions_and_the_adopted_result_of_the_round_make_previews_stale(
    own_home: None, officer: User, approver: User
) -> None:
    selection = helpers.first_round(officer)
    homes = [helpers.household(f"h{number}", 160) for number in (901, 902)]
    children = [helpers.child(str(number), "11", "12") for number in (901, 902)]
    helpers.import_into(selection, helpers.applications(children, homes), officer)
    helpers.run(selection, officer, approver)
    selection.refresh_from_db()
    run = selection.adopted
    assert run is not None
    row = computed(run, officer, "901", None)
    assert not is_stale(row)
    withdraw_adoption(selection, by=officer)
    assert is_stale(row)
    adopt(selection, run, by=officer)
    assert not is_stale(row)
    decide_points(selection, subject="901", code="SPECIAL", points="1", reason="面談", by=officer)
    assert is_stale(row)


def test_a_pin_that_can_not_be_says_why_and_the_list_of_jobs_does_not_name_the_child(
    web: Client, result: Allocation, officer: User
) -> None:
    asked(result, officer)
    row = computed(result, officer, "7001")
    answer = web.get(page_of(row))
    assert answer.status_code == 422
    assert "定員1人のクラス 1-1 に、固定と在籍の児童が2人" in answer.content.decode()
    assert row.job is not None
    assert row.job.result == {"preview": row.pk, "possible": False}
    assert "7001" not in web.get(reverse("jobs:detail", args=[row.job.pk])).content.decode()
    with pytest.raises(PinError, match="確かめていません"):
        ask(row, by=officer)


def test_a_job_that_was_stopped_leaves_nothing_and_the_form_is_there_again(
    web: Client, result: Allocation, officer: User
) -> None:
    row = requested(result, officer)
    assert row.job is not None
    back = web.post(reverse("jobs:cancel", args=[row.job.pk]), {"next": page_of(row)})
    assert back["Location"] == page_of(row)
    run_pending()
    shown = web.get(page_of(row)).content.decode()
    assert "取消し" in shown
    assert "影響は計算できていません" in shown
    assert "影響を確かめる" in shown
    assert press(web, result) != page_of(row), "a stopped one is not given again"


def test_a_job_that_failed_says_so_and_can_be_repeated(
    web: Client, result: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> dict[str, object]:
        raise RuntimeError("7003")

    row = requested(result, officer)
    with monkeypatch.context() as patch:
        patch.setattr(pin_previews, "preview", broken)
        run_pending()
    row.refresh_from_db()
    assert (row.finished_at, row.consequences, row.basis) == (None, {}, "")
    shown = web.get(page_of(row)).content.decode()
    assert "失敗しました" in shown
    assert "予期しない問題" in shown
    assert row.job is not None
    row.job.refresh_from_db()
    assert retry(row.job, officer)
    run_pending()
    row.refresh_from_db()
    assert row.finished_at is not None


def test_a_job_stopped_while_it_computes_writes_nothing(
    result: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = requested(result, officer)
    job = row.job
    assert job is not None
    real = pin_previews.preview

    def stopped(*given: object) -> dict[str, object]:
        found = real(*given)  # type: ignore[arg-type]  # passed on as they came
        cancel(job, officer)
        return found

    monkeypatch.setattr(pin_previews, "preview", stopped)
    assert [one.state for one in run_pending()] == [JobState.CANCELLED]
    row.refresh_from_db()
    assert row.finished_at is None


def test_the_preview_of_a_protected_child_is_there_for_named_officers_alone(
    web: Client, result: Allocation, officer: User, colleague: User, guard: User
) -> None:
    row = computed(result, officer)
    protected.protect(SUBJECT, "7003", officers=[officer], by=guard)
    other = signed_in(colleague)
    assert other.get(page_of(row)).status_code == 404
    assert other.post(page_of(row, "pin-ask")).status_code == 404
    assert web.get(page_of(row)).status_code == 200
    assert not Pin.objects.exists()


def test_a_viewer_sees_no_preview_and_asks_for_none(
    viewer_web: Client, result: Allocation, officer: User
) -> None:
    row = computed(result, officer)
    assert viewer_web.get(page_of(row)).status_code == 403
    assert viewer_web.post(page_of(row, "pin-ask")).status_code == 403
    assert viewer_web.get(reverse("nursery:pin-preview", args=[row.pk + 1])).status_code == 403
