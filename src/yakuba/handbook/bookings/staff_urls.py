"""Staff addresses of bookings, under ``/staff/handbook/bookings/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.handbook.bookings import staff_calendar, staff_offers, staff_slots

urlpatterns: list[URLPattern] = [
    path("bookings/", staff_calendar.calendar, name="bookings"),
    path("bookings/day/", staff_calendar.day_list, name="booking-day"),
    path("bookings/offers/", staff_offers.offers, name="booking-offers"),
    path("bookings/offers/new/", staff_offers.offer_edit, name="booking-offer-new"),
    path("bookings/offers/<int:pk>/", staff_offers.offer_edit, name="booking-offer"),
    path("bookings/offers/<int:pk>/close/", staff_offers.offer_close, name="booking-offer-close"),
    path("bookings/offers/<int:pk>/open/", staff_offers.open_slots, name="booking-open"),
    path("bookings/resources/new/", staff_offers.resource_edit, name="booking-resource-new"),
    path("bookings/resources/<int:pk>/", staff_offers.resource_edit, name="booking-resource"),
    path("bookings/slots/<int:pk>/", staff_slots.slot, name="booking-slot"),
    path("bookings/slots/<int:pk>/book/", staff_slots.book, name="booking-book"),
    path("bookings/slots/<int:pk>/capacity/", staff_slots.capacity, name="booking-capacity"),
    path("bookings/slots/<int:pk>/cancel/", staff_slots.cancel_slot, name="booking-slot-cancel"),
    path("bookings/booking/<int:pk>/", staff_slots.act, name="booking-act"),
]
