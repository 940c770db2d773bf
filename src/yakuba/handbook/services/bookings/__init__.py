"""Bookings in transactions: hold, confirm, cancel, move, wait in line, sweep."""
