"""What can stop a backup or a restore; the message says what to do."""

from __future__ import annotations


class BackupError(Exception):
    """A backup can't be written or restored; nothing was changed."""
