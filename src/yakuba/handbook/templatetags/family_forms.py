"""Fields of the families' forms, tied to what is wrong with them."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def told(context: Context, name: str, help_id: str = "") -> SafeString:
    """Attributes of a field: what describes it (help, fault) and that it is wrong, for screen readers.

    ``{% told "lot" "lot-help" %}``; the fault itself is said by ``_fault.html`` under the field.
    """
    wrong = bool((context.get("faults") or {}).get(name))
    by = " ".join(one for one in (help_id, f"{name}-fault" if wrong else "") if one)
    described = format_html(' aria-describedby="{}"', by) if by else SafeString()
    return described + SafeString(' aria-invalid="true"') if wrong else described
