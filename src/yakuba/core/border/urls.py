"""Staff addresses of this part, under ``/staff/border/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.border.pages import acts, home, statements, tasks

app_name = "border"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("export", home.export, name="export"),
    path("forms/<slug:system>/<str:form>/", home.form_page, name="form"),
    path("tasks/<int:pk>/", tasks.task_page, name="task"),
    path("tasks/<int:pk>/export", tasks.export, name="task-export"),
    path("tasks/<int:pk>/<slug:act>", acts.act, name="act"),
    path("suspensions/<int:pk>/", tasks.suspension_page, name="suspension"),
    path("tasks/<int:pk>/statement/", statements.new, name="statement-new"),
    path("statements/<int:pk>/", statements.show, name="statement"),
]
