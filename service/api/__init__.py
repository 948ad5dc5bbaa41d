"""How chat is reached: thin HTTP routes, problem documents and the WebSocket endpoints."""
