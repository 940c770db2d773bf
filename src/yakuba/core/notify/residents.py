"""A recipient's own pages: inbox, choices, calendar. A system mounts them inside of its own.

    # handbook/family/urls.py
    pages = residents.Mount(
        recipient=lambda request: reference_of(request),   # None: nobody is signed in
        sign_in=lambda request: redirect("handbook_family:enter"),
        base="handbook/family/base.html",                  # extends resident/base.html, has a block «page»
        namespace="handbook_notices",
        around=lambda request: {...},                      # what that template shows besides
    )
    path("notices/", include((residents.urls(pages), "handbook_notices")))

The recipient is the same opaque text under which the system plans. No page takes one from the address bar or
a form, so that nobody reads another person's inbox. Nothing here touches a staff table or a session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.notify import channels
from yakuba.core.notify.domain.schedule import parse_quiet
from yakuba.core.notify.models import Preference
from yakuba.core.notify.registry import DAY, HOUR
from yakuba.core.notify.services import calendar, contacts, inbox, preferences
from yakuba.core.notify.services.inbox import Notice
from yakuba.core.notify.wording import when

LEADS = (14 * DAY, 7 * DAY, 3 * DAY, DAY, 2 * HOUR)
USUAL_LEADS = (7 * DAY, DAY)
OPTIONAL = ("mail", "letter")


class Page(Protocol):
    """A view of a recipient's own page."""

    def __call__(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse: ...


class Onward(Protocol):
    """From a notice to what it is about: what the link says, and where it leads this reader."""

    def words(self, notice: Notice) -> str:
        """The link's text in the active language; "" for a notice that leads nowhere. Reads no table."""

    def address(self, request: HttpRequest, notice: Notice) -> str:
        """Where it leads; "" when that is gone. Asked when the link is followed."""


@dataclass(frozen=True, slots=True)
class Mount:
    """How a system shows these pages inside of its own."""

    recipient: Callable[[HttpRequest], str | None]
    sign_in: Callable[[HttpRequest], HttpResponse]
    base: str = "notify/residents/plain.html"
    namespace: str = ""
    around: Callable[[HttpRequest], Mapping[str, Any]] | None = None
    onward: Onward | None = None

    def link(self, name: str, *arguments: object) -> str:
        """The address of one of the pages."""
        return reverse(f"{self.namespace}:{name}", args=arguments)


def urls(mount: Mount) -> list[URLPattern]:
    """The addresses, to be included under the mount's namespace."""
    own = _Pages(mount)
    return [
        path("", own.view(own.inbox), name="inbox"),
        path("<int:pk>/", own.view(own.notice), name="notice"),
        path("<int:pk>/about", own.view(own.about), name="about"),
        path("read", own.view(own.read_all, post=True), name="read-all"),
        path("choices/", own.view(own.choices), name="choices"),
        path("choices/save", own.view(own.save, post=True), name="save"),
        path("choices/mail", own.view(own.mail, post=True), name="mail"),
        path("choices/calendar", own.view(own.calendar, post=True), name="calendar"),
        path("dates.ics", own.view(own.dates), name="dates"),
    ]


def lead_words(minutes: int) -> str:
    """A lead time in the active language."""
    return {
        14 * DAY: gettext("2 weeks before"),
        7 * DAY: gettext("1 week before"),
        3 * DAY: gettext("3 days before"),
        DAY: gettext("1 day before"),
        2 * HOUR: gettext("2 hours before"),
    }[minutes]


def contact_words(code: str) -> str:
    """Why an address or a code was not taken, and what to do."""
    return {
        "bad_address": gettext("This is no mail address. Please check it, for example name@example.jp."),
        "too_soon": gettext("Please wait a minute before you ask for another code."),
        "no_code": gettext("There is no code to confirm. Please enter your address first."),
        "expired": gettext("The code has expired. Please ask for a new one."),
        "wrong": gettext("The code is wrong. Please check the mail."),
        "locked": gettext("Too many wrong codes. Please ask for a new one."),
    }[code]


def done_words(code: str) -> str:
    """What was done, after a form."""
    return {
        "saved": gettext("Your choices were saved."),
        "confirmed": gettext("Your address is confirmed. Mail goes there from now on."),
        "removed": gettext("The address was removed."),
        "ended": gettext("The address has ended."),
    }.get(code, "")


class _Pages:
    """The views of one mount."""

    def __init__(self, mount: Mount) -> None:
        self._mount = mount

    def view(self, page: Page, *, post: bool = False) -> Callable[..., HttpResponse]:
        """A page for whoever is signed in, kept out of every store."""

        @wraps(page)
        def guarded(request: HttpRequest, **rest: Any) -> HttpResponse:
            recipient = self._mount.recipient(request)
            answer = self._mount.sign_in(request) if recipient is None else page(request, recipient, **rest)
            answer.headers["Cache-Control"] = "no-store, private"
            answer.headers["X-Robots-Tag"] = "noindex"
            return answer

        method = require_POST if post else require_safe
        return sensitive_post_parameters("address", "code")(method(guarded))

    def _render(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        links = {
            one.replace("-", "_"): self._mount.link(one)
            for one in ("inbox", "read-all", "choices", "save", "mail", "calendar", "dates")
        }
        around = self._mount.around(request) if self._mount.around else {}
        whole = {**around, **context, "base": self._mount.base, "links": links}
        return render(request, f"notify/residents/{name}.html", whole, status=status)

    def _back(self, name: str, done: str = "") -> HttpResponse:
        return HttpResponseRedirect(self._mount.link(name) + (f"?done={done}" if done else ""))

    def inbox(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Every notice, newest first."""
        found = inbox.notices(recipient, get_language() or settings.LANGUAGE_CODE)
        context = {
            "notices": [
                (one, self._mount.link("notice", one.pk), when(one.delivered_at), self._onward(one))
                for one in found
            ],
            "unread": any(one.unread for one in found),
        }
        return self._render(request, "inbox", context)

    def notice(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """One notice, from now on read."""
        language = get_language() or settings.LANGUAGE_CODE
        found = inbox.read(recipient, rest["pk"], language, now=timezone.now())
        if found is None:
            raise Http404
        context = {"notice": found, "received": when(found.delivered_at), "onward": self._onward(found)}
        return self._render(request, "notice", context)

    def _onward(self, notice: Notice) -> tuple[str, str] | None:
        """Address and words of the link to what a notice is about."""
        words = self._mount.onward.words(notice) if self._mount.onward else ""
        return (self._mount.link("about", notice.pk), words) if words else None

    def about(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Read a notice by going to what it is about; the notice itself when that is gone."""
        language = get_language() or settings.LANGUAGE_CODE
        found = inbox.read(recipient, rest["pk"], language, now=timezone.now())
        if found is None or self._onward(found) is None:
            raise Http404
        onward = self._mount.onward.address(request, found) if self._mount.onward else ""
        return HttpResponseRedirect(onward or self._mount.link("notice", found.pk))

    def read_all(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Mark everything as read."""
        inbox.read_all(recipient, now=timezone.now())
        return self._back("inbox")

    def choices(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """How the recipient wants to hear."""
        return self._choices(request, recipient, done=done_words(request.GET.get("done", "")))

    def _choices(
        self,
        request: HttpRequest,
        recipient: str,
        *,
        done: str = "",
        error: str = "",
        wrong: str = "",
        secret: str = "",
        status: int = 200,
    ) -> HttpResponse:
        chosen = Preference.objects.filter(recipient=recipient, kind="").first()
        names: Sequence[str] = OPTIONAL[:1]
        leads: Sequence[int] = USUAL_LEADS
        if chosen is not None:
            names = names if chosen.channels is None else chosen.channels
            leads = leads if chosen.leads is None else chosen.leads
        mail = channels.named("mail")
        quiet = parse_quiet(settings.YAKUBA_QUIET_HOURS)
        language = preferences.language_of(recipient)
        context = {
            "optional": [
                ("mail", gettext("Mail"), "mail" in names),
                ("letter", gettext("Letter by post"), "letter" in names),
            ],
            "leads": [(one, lead_words(one), one in leads) for one in LEADS],
            "tongues": [(code, name, code == language) for code, name in settings.LANGUAGES],
            "quiet": None if quiet.start == quiet.end else (f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}"),
            "mail_ready": mail is not None and mail.ready(),
            "contact": contacts.mail_of(recipient),
            "has_feed": calendar.has_feed(recipient),
            "feed": request.build_absolute_uri(reverse("notify_calendar:feed", args=[secret]))
            if secret
            else "",
            "done": done,
            "error": error,
            "wrong": wrong,
            "given": request.POST.get("address", "")[:254] if wrong == "address" else "",
        }
        return self._render(request, "choices", context, status)

    def save(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Keep channels, lead times and language."""
        names = [one for one in OPTIONAL if one in request.POST.getlist("channel")]
        leads = [one for one in LEADS if str(one) in request.POST.getlist("lead")]
        if not leads:
            error = gettext("Choose at least one time.")
            return self._choices(request, recipient, error=error, wrong="lead", status=422)
        try:
            preferences.set_language(recipient, request.POST.get("language", ""))
        except preferences.BadChoice:
            raise Http404 from None
        preferences.choose(recipient, "", channel_names=names, leads=leads)
        return self._back("choices", "saved")

    def mail(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Enter an address, confirm it with its code, or remove it."""
        now, act = timezone.now(), request.POST.get("act", "")
        try:
            if act == "remove":
                contacts.remove(recipient, now=now)
                return self._back("choices", "removed")
            if act == "confirm":
                contacts.confirm(recipient, request.POST.get("code", "")[:20], now=now)
                return self._back("choices", "confirmed")
            contacts.start(recipient, request.POST.get("address", "")[:300], now=now)
        except contacts.ContactError as error:
            wrong = "code" if act == "confirm" else "address"
            words = contact_words(error.code)
            return self._choices(request, recipient, error=words, wrong=wrong, status=422)
        return self._back("choices")

    def calendar(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """Make an address for a calendar, shown this once, or end it."""
        now = timezone.now()
        if request.POST.get("act") == "end":
            calendar.revoke_feed(recipient, now=now)
            return self._back("choices", "ended")
        return self._choices(request, recipient, secret=calendar.make_feed(recipient, now=now))

    def dates(self, request: HttpRequest, recipient: str, /, **rest: Any) -> HttpResponse:
        """The dates as a file."""
        return HttpResponse(
            calendar.calendar(recipient, now=timezone.now()),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="dates.ics"'},
        )
