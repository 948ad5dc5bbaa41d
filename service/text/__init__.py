"""What texts hold: folding, and matching at a bounded cost. Behind ports of ``chat``.

Nothing here knows what is done about a text, or where it is kept.
"""
