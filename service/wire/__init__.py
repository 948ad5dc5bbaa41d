"""How chat is spoken: frames, codecs and close codes as values. Nothing here awaits or does I/O."""
