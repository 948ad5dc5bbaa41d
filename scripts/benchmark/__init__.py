"""How fast the chat server is, beside the textbook, measured in one run.

Everything in this package stands outside of the server: it starts both servers as processes and speaks to them over
sockets, ours by its public contract alone. Nothing here may import the server's own code, or it would measure what it
shares with it.
"""
