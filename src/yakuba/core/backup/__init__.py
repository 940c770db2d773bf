"""Encrypted backups of an installation, and restoring them onto an empty one."""
