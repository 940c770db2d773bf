"""Management commands of core.audit."""
