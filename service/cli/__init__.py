"""The command line: ``folkmoot``."""
