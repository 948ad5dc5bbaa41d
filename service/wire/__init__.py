"""How chat is spoken: frames, codecs, close codes and the order of a conversation, as values.

Nothing here awaits or does I/O. ``PROTOCOL.md`` beside it is the contract that all of it keeps.
"""
