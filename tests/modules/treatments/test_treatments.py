"""Behaviour of `treatments`."""
