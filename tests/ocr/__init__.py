"""Tests of form reading."""
