"""docs/audit-tables.md, drawn from the schema. `python -m node.audit.tables.page` prints it, a test compares."""

from __future__ import annotations

import sys

from .schema import TABLES, Column, Table

HEAD = """# Audit tables 审计表

`qiao --as STAFF audit export --format parquet|csv|jsonl FOLDER`, or `--format xlsx FILE.xlsx`, writes what a node
holds as tables. It works on every node, for a person with the role auditor, supervisor or admin; what is written is
the scope of that node's unit. The tables are declared once, in `node/audit/tables/schema.py`; `python -m
node.audit.tables.page` makes this page.

- **Every row names what it rests on**: `commits`, the ids of the commits (hex), in the order of the acts. `audit
  export --format log` has these commits, signed, and `qiao audit verify` proves them.
- **Words are left out**: names, telephone and identity numbers, narratives, every free text of an act. `--words
  --reason TEXT` gives them, in columns that aren't there otherwise (marked *words* below), where a second person of
  the unit agrees with a password; that is signed on the record of whoever exports, for all above to see. **The
  audit node's own database holds all words of its scope**: whoever has the file and no encryption over it can read
  them. Encrypt it (`qiao database encrypt`), and its backups.
- **The same state gives the same bytes**, in every format: also after `verify --rebuild`, and whatever the machine.
  Rows are ordered by when their record was made, then by record, then as the record's acts go. `received` is this
  node's own, and so differs from node to node.
- **Whole or not at all**: written beside the final name (`.NAME.PID.part`), renamed when all of it is durable; an
  existing name is refused (`file_exists`). A full disk or Ctrl-C leaves nothing.
- **An empty text is no value.** Control characters, and those that turn or hide text, are shown as `‹U+202E›`, in
  `data` as JSON escapes. `data` holds only what the action declares.
- **Erased** records keep their acts' places and lose what was destroyed; an export that was made before isn't
  reached by an erasure, and `erase status` names it.

- `parquet`: a folder, `TABLE.parquet` each, zstd; times are instants (UTC), lists are lists
- `csv`: a folder, `TABLE.csv` each, UTF-8 with its mark, names in the first row; times ISO 8601 at +08:00, ids of a
  list joined by a blank, other lists by `；`, yes and no; a text that a spreadsheet would run as a formula gets a
  `'` before it
- `jsonl`: a folder, `TABLE.jsonl` each, one object a row, every column in it
- `xlsx`: one workbook, a sheet a table; names in the first row, Chinese labels in the second; text stays text
  whatever it begins with; 1,048,576 rows a sheet at most, else `too_large`; a cell holds 32,767 characters, and
  what is longer is cut with a mark

A folder has `schema.json` beside the tables: the unit, the newest commit of each log, and of each table the rows,
columns, labels and meanings. `data` is JSON in every format.

## Opening them
**Excel**: the workbook by a double click; a CSV file too, as its first bytes say that it is UTF-8.

**DuckDB** (its own program, or in Python), in the folder:

```sql
SELECT owner, count(*) AS tickets, count(*) FILTER (WHERE phase = 'archived') AS archived
FROM 'tickets.parquet' GROUP BY ALL ORDER BY ALL;

SELECT action, verdict, count(*) FROM 'acts.parquet' WHERE matter = 'ticket' GROUP BY ALL ORDER BY ALL;

SELECT t.number, a.action, a.actor, a.time, a.commits[1] AS commit
FROM 'acts.parquet' a JOIN 'tickets.parquet' t USING (record) WHERE a.verdict <> 'stands' ORDER BY a.time;
```

**pandas** (not part of Qiao): `pandas.read_parquet("tickets.parquet")`, or without its Parquet library
`pandas.read_csv("tickets.csv")`.
"""


def page() -> str:
    return "\n".join([HEAD, "## The tables", "", *(line for table in TABLES for line in _table(table))])


def _table(table: Table) -> list[str]:
    rows = [f"| `{one.name}` | {one.zh} | {one.shape} | {_meaning(one)} |" for one in table.columns]
    return [
        f"### {table.name} {table.zh}", f"{table.meaning}.", "", "| column | Chinese | type | meaning |",
        "| --- | --- | --- | --- |", *rows, "",
    ]  # fmt: skip


def _meaning(column: Column) -> str:
    return f"{column.meaning} *(words)*" if column.words else column.meaning


if __name__ == "__main__":
    sys.stdout.write(page())
