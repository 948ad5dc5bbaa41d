"""Log records with their redaction, and metrics by name. A leaf: it imports nothing of ours."""
