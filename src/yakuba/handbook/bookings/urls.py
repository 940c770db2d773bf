"""Resident addresses of bookings, under ``/handbook/bookings/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.handbook.bookings import pages

app_name = "handbook_bookings"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("for/<slug:child>/", pages.offers, name="offers"),
    path("for/<slug:child>/<slug:offer>/", pages.times, name="times"),
    path("for/<slug:child>/<slug:offer>/hold/", pages.hold, name="hold"),
    path("line/<slug:reference>/leave/", pages.leave, name="leave"),
    path("<slug:reference>/", pages.booking, name="booking"),
    path("<slug:reference>/confirm/", pages.confirm, name="confirm"),
    path("<slug:reference>/cancel/", pages.cancel, name="cancel"),
    path("<slug:reference>/booking.ics", pages.calendar, name="calendar"),
]
