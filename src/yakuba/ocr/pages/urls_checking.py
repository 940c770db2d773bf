"""Addresses of checking and of what leaves, under ``/staff/ocr/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.ocr.pages import checking, crops, exports

urlpatterns: list[URLPattern] = [
    path("batches/<int:pk>/check/", checking.choose, name="check"),
    path("batches/<int:pk>/check/pages/<int:number>/", checking.by_page, name="check-page"),
    path("batches/<int:pk>/check/<int:version>/<str:name>/", checking.by_field, name="check-field"),
    path("batches/<int:pk>/check/<int:version>/<str:name>/all/", checking.bulk, name="check-bulk"),
    path("values/<int:pk>/panel/", checking.panel, name="check-panel"),
    path("values/<int:pk>/decide/", checking.decide, name="check-decide"),
    path("values/<int:pk>/undo/", checking.undo, name="check-undo"),
    path("values/<int:pk>/crop/", crops.crop, name="crop"),
    path("values/<int:pk>/around/", crops.around, name="crop-around"),
    path("values/<int:pk>/sheet/", crops.sheet, name="crop-sheet"),
    path("batches/<int:pk>/export/", exports.export, name="export"),
    path("versions/<int:pk>/columns/", exports.columns, name="export-columns"),
]
