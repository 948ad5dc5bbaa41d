"""The stores that a transaction is made of, one protocol for each noun; ``ports`` puts them together."""
