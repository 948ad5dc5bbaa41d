"""Who is here right now: the hub, its room managers, connections and their outboxes, and the WebSocket protocol.

Everything here is forgotten at a restart. What lasts comes from the log, and is only delivered here.
"""
