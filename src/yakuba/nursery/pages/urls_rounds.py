"""Addresses of rounds, rule books, applications and points."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import applications, decisions, round_ends, rounds, rulebooks, scorings

urlpatterns: list[URLPattern] = [
    path("rulebooks/", rulebooks.rulebook_list, name="rulebooks"),
    path("rulebooks/<int:pk>/", rulebooks.rulebook, name="rulebook"),
    path("rulebooks/<int:pk>/file/", rulebooks.rulebook_file, name="rulebook-file"),
    path("rulebooks/<int:pk>/changes/", rulebooks.rulebook_changes, name="rulebook-changes"),
    path("rulebooks/<int:pk>/examples/", rulebooks.rulebook_recheck, name="rulebook-recheck"),
    path("rounds/new/", rounds.round_new, name="round-new"),
    path("rounds/<int:pk>/", rounds.round_page, name="round"),
    path("rounds/<int:pk>/rulebook/", rounds.round_rulebook, name="round-rulebook"),
    path("rounds/<int:pk>/allocate/", rounds.round_allocate, name="round-allocate"),
    path("rounds/<int:pk>/adopt/<int:allocation>/", rounds.round_adopt, name="round-adopt"),
    path("rounds/<int:pk>/adoption/withdraw/", round_ends.adoption_withdraw, name="adoption-withdraw"),
    path("rounds/<int:pk>/set-aside/", round_ends.round_set_aside, name="round-set-aside"),
    path("rounds/<int:pk>/take-up/", round_ends.round_take_up, name="round-take-up"),
    path("rounds/<int:pk>/applications/new/", applications.applications_new, name="applications-new"),
    path(
        "rounds/<int:pk>/applications/columns/",
        applications.applications_columns,
        name="applications-columns",
    ),
    path("rounds/<int:pk>/applications/check/", applications.applications_check, name="applications-check"),
    path(
        "rounds/<int:pk>/applications/give-up/",
        applications.applications_give_up,
        name="applications-give-up",
    ),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/export/", applications.application_export, name="application-export"),
    path("applications/<int:pk>/score/", scorings.score, name="score"),
    path("scorings/<int:pk>/", scorings.scoring, name="scoring"),
    path("scorings/<int:pk>/questions/", decisions.scoring_questions, name="scoring-questions"),
    path("scorings/<int:pk>/ties/", decisions.scoring_ties, name="scoring-ties"),
    path("scorings/<int:pk>/children/<str:child_id>/", scorings.scoring_child, name="scoring-child"),
    path("decisions/<int:pk>/withdraw/", decisions.decision_withdraw, name="decision-withdraw"),
]
