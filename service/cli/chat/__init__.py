"""The terminal client: a stranger to the server, that speaks only the public contract.

``conversation`` decides everything and does no I/O; ``link`` carries out what it decides; ``screen`` shows it.
"""
