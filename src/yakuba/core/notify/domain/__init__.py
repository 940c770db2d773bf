"""Pure rules of notifications: when, how often again, which states, and the calendar format."""
