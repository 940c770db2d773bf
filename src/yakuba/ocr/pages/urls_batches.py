"""Addresses of batches and their pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.ocr.pages import batches, page_view

urlpatterns: list[URLPattern] = [
    path("batches/new/", batches.batch_new, name="batch-new"),
    path("batches/<int:pk>/", batches.batch_page, name="batch"),
    path("batches/<int:pk>/live/", batches.live, name="batch-live"),
    path("batches/<int:pk>/resume/", batches.resume, name="batch-resume"),
    path("batches/<int:pk>/delete/", batches.delete, name="batch-delete"),
    path("batches/<int:pk>/tray/", batches.tray, name="batch-tray"),
    path("pages/<int:pk>/", page_view.page_view, name="page"),
    path("pages/<int:pk>/image.png", page_view.image, name="page-image"),
    path("pages/<int:pk>/original.png", page_view.original, name="page-original"),
    path("pages/<int:pk>/thumb.png", page_view.thumb, name="page-thumb"),
    path("pages/<int:pk>/again/", page_view.again, name="page-again"),
    path("pages/<int:pk>/rescan/", page_view.rescan, name="page-rescan"),
    path("pages/<int:pk>/remove/", page_view.remove, name="page-remove"),
]
