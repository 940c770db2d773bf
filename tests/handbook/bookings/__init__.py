"""Tests of bookings on the database."""
