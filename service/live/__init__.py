"""Who is here right now: the hub, its rooms, connections and their outboxes."""
