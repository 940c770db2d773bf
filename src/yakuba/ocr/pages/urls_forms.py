"""Addresses of forms, their versions, the designer and the read test."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.ocr.pages import designer, forms, read_tests

urlpatterns: list[URLPattern] = [
    path("forms/", forms.form_list, name="forms"),
    path("forms/new/", forms.form_new, name="form-new"),
    path("forms/import/", forms.form_import, name="form-import"),
    path("forms/<int:pk>/", forms.form_page, name="form"),
    path("versions/<int:pk>/", forms.version_page, name="version"),
    path("versions/<int:pk>/blank.png", forms.blank_image, name="version-blank"),
    path("versions/<int:pk>/form.zip", forms.export_package, name="version-export"),
    path("versions/<int:pk>/form.yaml", forms.export_yaml, name="version-yaml"),
    path("versions/<int:pk>/copy/", forms.copy, name="version-copy"),
    path("versions/<int:pk>/discard/", forms.discard, name="version-discard"),
    path("versions/<int:pk>/retire/", forms.retire, name="version-retire"),
    path("versions/<int:pk>/activation/", forms.ask_activation, name="version-ask"),
    path("versions/<int:pk>/design/", designer.design, name="design"),
    path("versions/<int:pk>/design/check/", designer.check, name="design-check"),
    path("versions/<int:pk>/test/", read_tests.read_test, name="read-test"),
    path("versions/<int:pk>/test/again/", read_tests.again, name="read-test-again"),
    path("versions/<int:pk>/test/clear/", read_tests.clear, name="read-test-clear"),
    path("versions/<int:pk>/test/<int:number>/mark/", read_tests.mark, name="read-test-mark"),
    path("versions/<int:pk>/test/<int:number>/<str:name>.png", read_tests.crop, name="read-test-crop"),
]
