"""The command line: one module per command, each light until it runs."""
