"""The bulletin (通报, product 1.4): a month's figures, frozen as data, and what is drawn of them.

`freezing.py` adds up, `content.py` is what an act carries, `report.py` says in which tables it is told (pure), and
`workbook.py`, `sheets.py` and `text.py` write these down. `desk.py` is what commands and screens ask.
"""
