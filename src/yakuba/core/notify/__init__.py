"""Reminders that arrive once: outbox, channels, inbox, calendar feed (通知)."""
