"""How chat is reached: thin HTTP routes, problem documents and the WebSocket endpoints.

A route reads a request, asks the door and shows the answer. What is allowed is not decided here, and nothing here
knows how anything is stored.
"""
