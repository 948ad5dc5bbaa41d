"""The search index on SQLite: a file of its own beside the database, made of nothing but what stands there.

``file`` opens it, ``building`` lets it follow the log, ``matching`` says a query in its language, ``finding`` asks it,
``index`` is its face to the event loop. It may be deleted at any time, and is built again.
"""
