"""Writes the generated pages of the documentation site: one for each resource, the public API, and a map."""
