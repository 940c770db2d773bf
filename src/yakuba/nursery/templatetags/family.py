"""The tags of residents' pages under the name that this package's templates load."""

from __future__ import annotations

from yakuba.core.ui.templatetags.readings import register

__all__ = ["register"]
