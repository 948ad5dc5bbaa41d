"""How the server is watched: log records with their redaction, and metrics by name.

A leaf: every part may log and count, so it imports nothing of ours.
"""
