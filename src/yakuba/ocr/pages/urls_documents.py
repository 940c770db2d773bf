"""Addresses of free documents, under ``/staff/ocr/free/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.ocr.pages import document_view, documents

urlpatterns: list[URLPattern] = [
    path("free/", documents.free, name="free"),
    path("free/new/", documents.new, name="free-new"),
    path("free/<int:pk>/", document_view.document, name="document"),
    path("free/<int:pk>/live/", document_view.live, name="document-live"),
    path("free/<int:pk>/pages/<int:number>/image.png", document_view.image, name="document-image"),
    path("free/<int:pk>/pages/<int:number>/correct/", document_view.correct, name="document-correct"),
    path("free/<int:pk>/export/", document_view.export, name="document-export"),
    path("free/<int:pk>/resume/", documents.resume, name="document-resume"),
    path("free/<int:pk>/stop/", documents.stop, name="document-stop"),
    path("free/<int:pk>/delete/", documents.delete, name="document-delete"),
]
