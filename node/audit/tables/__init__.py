"""Tables for auditors (审计表): what a node holds, as rows that any program reads, each naming the commits it rests on.

`schema.py` declares them once; `records.py` and `registered.py` make their rows; `kinds.py` knows the forms of a file;
`export.py` writes them whole or not at all.
"""
