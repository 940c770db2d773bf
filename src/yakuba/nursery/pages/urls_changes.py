"""Addresses of scenarios, pins and comparisons."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import comparisons, pin_previews, pins, scenarios

urlpatterns: list[URLPattern] = [
    path("allocations/<int:pk>/scenarios/", scenarios.scenarios, name="scenarios"),
    path("allocations/<int:pk>/scenarios/new/", scenarios.scenario_new, name="scenario-new"),
    path("scenarios/<int:pk>/", scenarios.scenario, name="scenario"),
    path("allocations/<int:pk>/pins/", pins.pins, name="pins"),
    path("allocations/<int:pk>/pins/new/", pins.pin_new, name="pin-new"),
    path("pins/previews/<int:pk>/", pin_previews.pin_preview, name="pin-preview"),
    path("pins/previews/<int:pk>/ask/", pin_previews.pin_ask, name="pin-ask"),
    path("pins/<int:pk>/", pins.pin, name="pin"),
    path("pins/<int:pk>/remove/", pins.pin_remove, name="pin-remove"),
    path("allocations/<int:pk>/comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparisons/<int:pk>/", comparisons.comparison, name="comparison"),
]
