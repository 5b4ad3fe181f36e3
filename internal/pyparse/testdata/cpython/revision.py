"""Add a rating to books

Revision ID: 4f1c
Revises: 3d0a, 2b9e
"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql as pg

# miglint:ignore lock-timeout a small table
revision: str = "4f1c"
down_revision: Union[str, Sequence[str], None] = ("3d0a", "2b9e")
branch_labels = depends_on = None

GENRES = ["crime", 'poetry', """es"say"""]


def upgrade() -> None:
    op.add_column("books", sa.Column("rating", sa.Integer(), nullable=True))  # of five
    op.create_table(
        "genres",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(length=50), server_default=sa.text("'none'::text"), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["other.id"], name=op.f("fk_genres"), ondelete="CASCADE"),
        *(sa.Column(f"c{i}", sa.Text) for i in range(3)),
        **{"schema": "library"},
    )
    for genre in GENRES:
        op.execute(f"INSERT INTO genres (name) VALUES ('{genre}')")
    op.execute(
        "UPDATE books "
        "SET title = 'It\'s' "
        r"WHERE title ~ '\d+'"
    )
    op.execute("DELETE FROM %s WHERE id = %d" % ("books", 1))
    op.execute("""
        COMMENT ON TABLE books IS 'all of \
them'
    """)
    with op.get_context().autocommit_block():
        op.create_index(op.f("ix_books_rating"), "books", ["rating"], unique=False, postgresql_concurrently=True)
    with op.batch_alter_table("books", schema=None) as batch_op:
        batch_op.alter_column("rating", existing_type=sa.INTEGER(), nullable=False)
    if op.get_bind().dialect.name == "postgresql" and not context.is_offline_mode():
        pg.ENUM("a", "b", name="kind").create(op.get_bind(), checkfirst=True)
    elif GENRES[0:1] != [] or GENRES[-1] is not None:
        pass
    else:
        raise NotImplementedError("no {} here".format("way"))


def downgrade():
    try:
        op.drop_table("genres")
    except (ValueError, KeyError) as error:
        print(error)
    finally:
        op.drop_column("books", "rating")
