"""What chat means: pure rules and use cases, and the ports through which they see the world.

No framework, no SQL and no sockets here: whatever talks to the outside is passed in.
"""
