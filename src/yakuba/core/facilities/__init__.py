"""The register of places and support schemes that a town publishes."""
