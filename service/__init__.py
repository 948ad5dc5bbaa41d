"""Folkmoot: an authenticated chat server for many rooms."""

__version__ = "1.0.0"
