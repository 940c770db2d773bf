"""The page where a person sets a new password with a one-time code. Open without signing in."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yakuba.core.people.forms import ResetForm
from yakuba.core.people.services import WrongCode, redeem_reset_code
from yakuba.core.people.signin.lockout import locked_out


@sensitive_post_parameters("code", "password", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def redeem(request: HttpRequest) -> HttpResponse:
    """Failures count like failed sign-ins: five from one address, then fifteen minutes."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        credentials = {"username": data["username"]}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked_out(request, None, credentials)
        try:
            redeem_reset_code(data["username"], data["code"], data["password"])
        except WrongCode as error:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?done=reset")
    return render(request, "people/reset.html", {"form": form})
