"""Figures (指标, product 1.4): declared once, as data, and computed in one place for desk, board, bulletin and audit.

`counted.py` says what of a record can be counted; the fold stores it. `catalogue.toml` says which figures rest on
it; `statistics.py` adds up what is stored, at the moment of asking.
"""
