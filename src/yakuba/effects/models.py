"""Measured working time."""
