"""Use cases: plan, send, choose, read, print."""
