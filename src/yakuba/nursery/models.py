"""Ledgers, allocations and their results."""
