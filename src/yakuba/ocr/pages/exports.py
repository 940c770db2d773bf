"""stub"""
from django.http import HttpResponse
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
@require("ocr", Role.OFFICER)
def export(request, pk):
    return HttpResponse("<!doctype html><html lang=ja><title>x</title><main><h1>x</h1></main>")
