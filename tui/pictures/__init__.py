"""Pictures (图) in characters: pure, from figures and a size in cells to lines of safe spans, as `tui/lines.py` draws.

Drawn by blocks of our own. plotext measures a label by `len`, so every row with a Chinese one comes out wider than its
neighbours, and its frame is of box lines, whose width consoles don't agree on. Blocks share that fault, so each
picture has an ASCII version, and a table (`table.py`) that says the same in figures.
"""
