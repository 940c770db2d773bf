"""``auth=Token("nursery:read")``: who may call an operation of the API."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError, Throttled
from ninja.security import HttpBearer

from yakuba.core.tokens import scopes, services
from yakuba.core.tokens.models import ApiToken

WINDOW = 60  # seconds


class Token(HttpBearer):
    """A bearer token that holds a scope; without a scope, any valid token.

    401 without a valid token, 403 without the scope, 429 above ``YAKUBA_API_RATE`` requests a minute.
    The view finds the :class:`ApiToken` in ``request.auth`` and the account's owner in ``request.user``.
    """

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scopes.know(scope) if scope else ""

    def __call__(self, request: HttpRequest) -> Any:
        """The token, or the error that says what is missing."""
        found = super().__call__(request)
        if found is None:
            raise AuthenticationError(
                message="有効なトークンがありません。Authorization: Bearer … で送ってください。"
            )
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Look the token up, count the request, check the scope."""
        found = services.find(token)
        if found is None:
            return None
        count(found)
        if self.scope and self.scope not in found.scopes:
            raise AuthorizationError(
                message=f"このトークンには「{self.scope}」の許可がありません。管理者に発行を依頼してください。"
            )
        if found.account.owner is not None:
            request.user = found.account.owner  # operations ask for the owner's roles as pages do
        return found


def count(token: ApiToken) -> None:
    """Count one request in the present minute; ``Throttled`` above the limit.

    The count is approximate: two requests at the same moment may read the same number, so a little more
    than the limit can pass. It guards the machine, not an entitlement.
    """
    now = time.time()
    key = f"yakuba-api-rate:{token.pk}:{int(now // WINDOW)}"
    cache.add(key, 0, timeout=WINDOW * 2)
    try:
        used = cache.incr(key)
    except ValueError:  # the cache made room between the two lines: begin again
        used = 1
    if used > settings.YAKUBA_API_RATE:
        raise Throttled(wait=WINDOW - int(now % WINDOW))


def actor(request: HttpRequest) -> str:
    """The name for audit lines of what a token did: ``token:12``."""
    token = getattr(request, "auth", None)
    return f"token:{token.pk}" if isinstance(token, ApiToken) else "token:?"
