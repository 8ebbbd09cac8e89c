"""Whether what a node holds is what was signed, and what it shows is what that gives (design 4, `verify`).

`logs` walks the chains, `records` the bodies, `projections` folds everything anew, `receipts` looks whether anything
is missing that was promised to be here; `verification` puts them together, and `problems` names what is found.
"""
