"""Shared by every layer: image specs, knobs, capabilities, the registry, seeding, devices, messages, errors.

Nothing in here imports torch, Qt or anything else that is slow before it is needed.
"""
