"""Tests of the rules of bookings, without Django."""
