"""Shared by every layer: image specs, knobs, abilities, the registry, seeding, devices, messages, errors.

Nothing in here imports torch, Qt or anything else that is slow before its need.
"""
