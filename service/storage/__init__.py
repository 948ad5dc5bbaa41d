"""Where chat is kept: tables, queries, the group-committing journal and its migrations."""
