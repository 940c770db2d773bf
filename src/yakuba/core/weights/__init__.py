"""The models registry: which weights this installation may use, with hash, licence and measured tier."""

from __future__ import annotations

from yakuba.core.weights.registry import BadRegistry, Measured, Model, parse_registry, render_registry
from yakuba.core.weights.store import MissingModel, find

__all__ = ["BadRegistry", "Measured", "MissingModel", "Model", "find", "parse_registry", "render_registry"]
