"""Files of the installation: content-addressed, sealed at rest. See ``services`` and ``pages``."""
