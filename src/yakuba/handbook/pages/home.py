"""The handbook's first page for staff: what waits, and the one thing to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.handbook.models import OutlookRow, RegisteredChild, RegisterImport, VoucherBatch
from yakuba.handbook.pages.child import book_facts
from yakuba.handbook.pages.register import with_state
from yakuba.handbook.pages.tasks import task_text, visible_tasks
from yakuba.handbook.services import books, outlooks, rulebooks
from yakuba.handbook.services.visibility import unregistered


@require_GET
@require("handbook", Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for staff, figures, and where everything is."""
    today = timezone.localdate()
    run, active = outlooks.current(), books.active()
    states = with_state(RegisteredChild.objects.all())
    waiting = visible_tasks(request.user).filter(closed_at=None)
    context = {
        "waiting": _waiting(request),
        "tasks": [(one, task_text(one, active.book)) for one in waiting[:5]],
        "task_count": waiting.count(),
        "stats": [
            ("対象の子ども", f"{states.filter(state='here').count():,}", "人", "在籍"),
            ("出生前", f"{states.filter(state='unborn').count():,}", "人", "妊娠届"),
            (
                "標準の時期を過ぎた",
                f"{OutlookRow.objects.filter(run=run, status='overdue').count():,}" if run else "未計算",
                "件" if run else "",
                f"{run.on:%m月%d日}の計算" if run else "",
            ),
        ],
        "run": run,
        "book": book_facts(active, today),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
        "empty": not RegisteredChild.objects.exists(),
    }
    return render(request, "handbook/home.html", context)


def _waiting(request: HttpRequest) -> list[tuple[str, str, str, str]]:
    """Title, text, address and act of everything that waits, the most pressing first."""
    found: list[tuple[str, str, str, str]] = []
    count = unregistered()
    if count:
        found.append(
            (
                f"支援措置の登録待ち {count:,}人",
                "住民記録に支援措置の表示があります。登録して担当者を指名するまで、どの職員にも示しません。",
                reverse("protected"),
                "支援措置の画面を開く",
            )
        )
    if text := rulebooks.warning(timezone.localdate()):
        found.append(("規則の確認", text, reverse("handbook:rulebooks"), "規則の画面を開く"))
    held = RegisterImport.objects.filter(confirmed_at=None).count()
    if held:
        found.append(
            (
                f"反映の前の取込み {held:,}件",
                "変わる内容を確かめてから、台帳に反映します。",
                reverse("handbook:imports"),
                "取込みの一覧を開く",
            )
        )
    unsent = VoucherBatch.objects.filter(finished_at__isnull=False, sent_at=None, undone_at=None).count()
    if unsent:
        found.append(
            (
                f"発送の前の予診票 {unsent:,}件",
                "発送したら「発送済みにする」で記録します。",
                reverse("handbook:vouchers"),
                "予診票の画面を開く",
            )
        )
    return found
