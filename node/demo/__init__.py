"""The demo: seven real nodes on one machine, driven through the public commands alone."""
