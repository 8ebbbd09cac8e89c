"""What somebody with a node's database and its keys could do to it, and whether the verification finds it.

    python -m tests.tampering [--places 10] [--untouched 200]

`kinds` says how each kind is done, in SQL and with the node's own keys; `scene` makes the tree, and what others hold
of it; `__main__` does every kind at so many places, and verifies nodes that nobody touched.
"""
