"""Tests of yakuba.handbook."""
