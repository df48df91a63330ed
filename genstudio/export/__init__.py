"""Exports: sheets, animations, films, curves, and the provenance to make them again."""
