"""The recipe for Alembic: generate a script, run it, compare again, and find no difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from process import Event, store
from tests.support.storing import Database, agree, call, opened

pytest_plugins = ["tests.support.store_fixtures"]

ENV = """
from alembic import context
from sqlalchemy import Column, MetaData, String, Table

from process import store

shop = MetaData()
Table("ticket", shop, Column("order_ref", String(64), primary_key=True))
target_metadata = [shop, store.metadata]
known = {name for metadata in target_metadata for name in metadata.tables}

with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        include_name=lambda name, kind, _: kind != "table" or name in known,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
"""
MAKO = '''"""${message}"""
from alembic import op
import sqlalchemy as sa
import process.store.tables
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

def upgrade():
    ${upgrades if upgrades else "pass"}

def downgrade():
    ${downgrades if downgrades else "pass"}
'''


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Config:
    """A host's set-up of Alembic, on a database without tables."""
    engine = database.engine()
    store.metadata.drop_all(engine)
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV, encoding="utf-8")
    (folder / "script.py.mako").write_text(MAKO, encoding="utf-8")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    with engine.begin() as conn:
        conn.execute(text("DROP TABLE IF EXISTS alembic_version"))
        conn.execute(text("DROP TABLE IF EXISTS ticket"))
    return config


def test_a_generated_script_makes_the_tables_and_finds_no_difference_afterwards(
    config: Config, database: Database, tmp_path: Path
) -> None:
    command.revision(config, "cancellation", autogenerate=True)
    command.upgrade(config, "head")
    command.check(config)
    engine: Engine = config.attributes["engine"]
    opened(engine, "case", steps=3)
    event, keywords = call(3, "case")
    assert store.deliver(engine, "case", event, **keywords).case.version == 4
    agree(engine, 1)
    (script,) = ScriptDirectory.from_config(config).walk_revisions()
    assert "process.store.tables.Moment" in Path(script.path).read_text(encoding="utf-8")
    with engine.begin() as conn:
        assert store.purge(conn, ended_before=keywords["at"]) == []
        store.handle(conn, "case", Event.ABANDON, event_id="gone")
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    agree(engine, 0)
