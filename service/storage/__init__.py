"""Where chat is kept: tables, queries, the journal that commits in groups, and the migrations.

No rule of chat is decided here but what the database alone can decide: the next seq, and whether a right still holds.
"""
