"""Wrong passwords are counted, so that the wait behind them survives a restart; words are withheld"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("steady_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.add_column("delivery", sa.Column("withheld", sa.Boolean(), nullable=False, server_default=sa.false()))
