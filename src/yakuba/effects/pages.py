"""The addresses that ``capture.js`` reports to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.core.people.models import Role, User
from yakuba.core.people.permissions import allowed
from yakuba.effects import capture

MOST_BYTES = 2048
Handler = Callable[[User, dict[str, Any]], JsonResponse]


def _answer(status: int, **values: Any) -> JsonResponse:
    return JsonResponse(values, status=status)


def _endpoint(handler: Handler) -> Callable[[HttpRequest], JsonResponse]:
    """POST of a small JSON object by a signed-in person; CSRF is checked by the middleware."""

    @require_POST
    def view(request: HttpRequest) -> JsonResponse:
        user = request.user
        if not isinstance(user, User):
            return _answer(401, error="サインインしてください。")
        if len(request.body) > MOST_BYTES:
            return _answer(413, error=f"{MOST_BYTES}バイト以下で送ってください。")
        try:
            values = json.loads(request.body)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            return _answer(400, error="JSON のオブジェクトで送ってください。")
        return handler(user, values)

    # Each case's own permission is checked by the handler.
    view.yakuba_permission = ("effects.capture", Role.VIEWER)  # type: ignore[attr-defined]  # URL test
    return view


def _begin(user: User, values: dict[str, Any]) -> JsonResponse:
    task, case = values.get("task"), values.get("case", "")
    if not isinstance(task, str) or not isinstance(case, str):
        return _answer(400, error="task と case は文字列で送ってください。")
    if not allowed(user, task.partition(".")[0], Role.VIEWER):
        return _answer(403, error="この業務を担当していません。")
    try:
        session = capture.begin(task, case, user)
    except ValueError as problem:
        return _answer(400, error=str(problem))
    except capture.TooMany:
        return _answer(429, error="計測の開始が多すぎます。1分待ってください。")
    return _answer(200, session=str(session))


def _report(advance: Callable[[UUID, User], bool]) -> Handler:
    def handler(user: User, values: dict[str, Any]) -> JsonResponse:
        try:
            session = UUID(str(values.get("session")))
        except ValueError:
            return _answer(400, error="session がありません。")
        if not advance(session, user):
            return _answer(404, error="この計測は続いていません。")
        return _answer(200, ok=True)

    return handler


begin = _endpoint(_begin)
activity = _endpoint(_report(lambda session, user: capture.activity(session, timezone.now(), user=user)))
end = _endpoint(_report(lambda session, user: capture.end(session, user=user)))
