"""What replication needs to survive restores, copies and bad lines"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commit_", sa.Column("chained", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(
        "UPDATE commit_ SET chained = 0 WHERE seq > (SELECT head_seq FROM log WHERE log.id = commit_.log)"
    )
    op.create_index("commit_loose", "commit_", ["log"], sqlite_where=sa.text("NOT chained"))
    op.create_index("commit_held", "commit_", ["time"], sqlite_where=sa.text("held"))
    op.create_index("commit_unverified", "commit_", ["id"], sqlite_where=sa.text("NOT verified"))
    op.add_column("log", sa.Column("forked", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("ahead", type_=sa.Integer(), existing_type=sa.Boolean(), existing_nullable=False)
    op.add_column("delivery", sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in (
        sa.Column("can", sa.String(), nullable=False, server_default=""),
        sa.Column("reconcile_position", sa.Integer(), nullable=True),
        sa.Column("reconcile_id", sa.LargeBinary(), nullable=True),
        sa.Column("early", sa.LargeBinary(), nullable=True),
        sa.Column("budget", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("peer", column)
    op.execute("UPDATE peer SET frontier = NULL")  # written in another form; the next exchange says it anew
    op.create_index("stray_place", "stray", ["log", "seq"])
    op.create_table(
        "blob",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("blob_missing", "blob", ["hash"], sqlite_where=sa.text("NOT complete"))
    op.create_table(
        "fragment",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("peer", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "peer"),
    )
    op.create_table(
        "erased",
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("change"),
    )
