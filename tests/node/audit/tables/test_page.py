from pathlib import Path

import duckdb
import pytest

from node.audit.desk import Desk
from node.audit.tables import page
from node.audit.tables.schema import TABLES
from tests.node.tree import Tree

DOCS = Path(__file__).resolve().parents[4] / "docs"


def test_the_page_of_the_tables_is_what_the_schema_says() -> None:
    assert (DOCS / "audit-tables.md").read_text("utf-8") == page.page()


def test_every_column_has_a_name_of_its_own_a_label_and_a_meaning() -> None:
    for table in TABLES:
        names = [one.name for one in table.columns]
        assert len(names) == len(set(names)) and names[-1] == "commits"
        assert all(one.zh and one.meaning and one.name.isidentifier() for one in table.columns)


def test_the_examples_for_duckdb_run_as_they_stand(
    lived: Tree, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Desk(lived.reader("p")).export_tables(place / "x", "parquet", lambda _done, _of: None)
    monkeypatch.chdir(place / "x")
    blocks = page.HEAD.split("```sql\n")[1].split("```")[0]
    found = [duckdb.sql(one).fetchall() for one in blocks.split(";\n") if one.strip()]
    assert len(found) == 3 and all(found)
