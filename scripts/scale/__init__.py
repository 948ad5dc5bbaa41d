"""What a long log costs: the reads and the writes of a server, on a log of ten thousand messages and on one of ten
million.

Unlike ``scripts.benchmark``, which stands outside of the server, this package calls the server's own use cases on its
own storage, in one process: what is compared is our database with itself, and nothing else may stand in between.
"""
