"""Letters: reminders for people without an account or an address, printed by the staff."""
