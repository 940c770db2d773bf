"""Yakuba (役場): AI systems for Japanese town halls, self-hosted."""

__version__ = "0.1.0"
