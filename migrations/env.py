"""Alembic's entry. node/store/database.py hands in the connection; nothing else runs this."""

from alembic import context

from node.store.schema import KEPT


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=KEPT,
        render_as_batch=True,
        include_object=lambda _thing, name, kind, *_: not (kind == "table" and str(name).startswith("found")),
    )
    context.run_migrations()


run()
