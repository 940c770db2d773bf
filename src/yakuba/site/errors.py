"""Error pages in the product's look; they need no database, no session and no signed-in user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from yakuba.core.audit import refusals
from yakuba.core.faces import Face
from yakuba.site.faces import path_face

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error page says: to staff in Japanese, to residents through gettext."""

    staff_title: str
    staff_text: str
    title: Any
    text: Any
    phrase: str  # the standard English phrase, for the API


FAULTS: dict[int, Fault] = {
    400: Fault(
        "送られた内容を読み取れませんでした",
        "画面を開き直して、もう一度入力してください。",
        gettext_lazy("We could not read what was sent"),
        gettext_lazy("Please open the page again and enter it once more."),
        "Bad Request",
    ),
    403: Fault(
        "この画面を見る権限がありません",
        "必要なときは、所属の課の管理者に権限の登録を依頼してください。",
        gettext_lazy("You cannot open this page"),
        gettext_lazy("If you think you should be able to, please ask the city office."),
        "Forbidden",
    ),
    404: Fault(
        "画面が見つかりませんでした",
        "アドレスが違うか、対象が取り消された可能性があります。ホームからたどってください。",
        gettext_lazy("This page was not found"),
        gettext_lazy(
            "The address may be wrong, or the page may have been closed. Please start from the first page."
        ),
        "Not Found",
    ),
    413: Fault(
        "送られたファイルが大きすぎます",
        "上限は {limit} MB です。分けて送るか、画像の大きさを下げてください。",
        gettext_lazy("The file is too large"),
        gettext_lazy("The limit is {limit} MB. Please split the file or make the pictures smaller."),
        "Content Too Large",
    ),
    429: Fault(
        "短い時間に要求が集中しました",
        "1分ほど待ってから、もう一度操作してください。",
        gettext_lazy("Too many requests in a short time"),
        gettext_lazy("Please wait about a minute and try again."),
        "Too Many Requests",
    ),
    500: Fault(
        "処理の途中で誤りが起きました",
        "入力の途中までの結果は保存していません。もう一度操作しても直らないときは、"
        "時刻とこの画面のアドレスを情報システム担当に知らせてください。",
        gettext_lazy("Something went wrong"),
        gettext_lazy(
            "Nothing was half saved. If it happens again, tell the city office the time and this address."
        ),
        "Internal Server Error",
    ),
}
CSRF = Fault(
    "操作の確認の印が合いませんでした",
    "画面を長く開いたままにしたか、別の画面でログインし直した可能性があります。"
    "前の画面を読み込み直してから、もう一度操作してください。",
    gettext_lazy("The page was open for too long"),
    gettext_lazy("Please load the previous page again and repeat what you did."),
    "Forbidden",
)


def page(request: HttpRequest, status: int, fault: Fault | None = None) -> HttpResponse:
    """The error page (or, under ``/api/``, the problem document) of a status."""
    said = fault or FAULTS[status]
    limit = str(settings.YAKUBA_BODY_LIMIT // (1024 * 1024))
    if request.path.startswith("/api/"):
        return problem(status, said.phrase, said.staff_text.format(limit=limit))
    staff = path_face(request.path) is Face.STAFF and settings.YAKUBA_FACE != "resident"
    context = {
        "status": status,
        "city": settings.YAKUBA_CITY,
        "home": "/staff/" if staff else "/",
        "title": said.staff_title if staff else said.title,
        "text": (said.staff_text if staff else str(said.text)).replace("{limit}", limit),
    }
    template = "errors/staff.html" if staff else "errors/resident.html"
    return HttpResponse(render_to_string(template, context), status=status)


def problem(status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """A problem document (RFC 9457)."""
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, **more},
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when the body was over a limit."""
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return page(request, 413 if too_big else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token does not fit."""
    refusals.because(request, "csrf")
    return page(request, 403, CSRF)


def too_many(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """429."""
    response = page(request, 429)
    response.headers["Retry-After"] = "60"
    return response
