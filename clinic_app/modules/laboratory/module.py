"""Manifest of `laboratory`."""

from clinic_app.kernel.manifest import Module

MODULE = Module(name="laboratory")
