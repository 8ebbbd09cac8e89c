"""What a node holds of others' signed words, as a file for whoever verifies another (sync_protocol/evidence.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from node import whole_file
from node.store import links, stands
from sync_protocol import evidence


def write(db: Connection, node: bytes, path: Path) -> dict[str, Any]:
    """Receipts that it gave and got, stands of its own and of others.

    Raises Stale `export_exists`, Usage `no_folder`, DiskTrouble.
    """
    whole_file.refuse_existing(path, force=False)
    raws = [row.raw for row in db.execute(select(links.RECEIPT.c.raw).order_by(links.RECEIPT.c.id))]
    stood = [one.raw for one in stands.every(db)]
    with whole_file.beside(path, force=False) as file:
        for item in evidence.write(node, raws, stood):
            file.write(item)
    return {"path": str(path), "receipts": len(raws), "stands": len(stood)}
