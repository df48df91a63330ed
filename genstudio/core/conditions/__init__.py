"""Conditions of generated images, one file per kind: class, attributes."""
