"""Sheets of paper of the handbook: registration letters and vouchers, set by Typst."""
