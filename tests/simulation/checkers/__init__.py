"""One promise a file (design 3.12). A checker looks after every piece of a node's work, and at the end."""
