"""Figures again (指标复算): every figure of the catalogue by a second implementation, in SQL over the exported tables.

Written from the product's own words (product 1.2 to 1.4), apart from node/figures/ and node/matters/: it shares no code
with them, and an auditor can run the files himself, in the order of `second.py`, on a folder of Parquet files.
"""
