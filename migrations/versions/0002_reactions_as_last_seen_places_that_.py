"""reactions as last seen, places that cannot show a story, films made again

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scene.id"], name=op.f("fk_reaction_scene_id_scene"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint("scene_id", "member_id", "choice", name=op.f("uq_reaction_scene_id_member_id_choice")),
    )
    with op.batch_alter_table("film", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempt", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered_all", sa.Boolean(), server_default=sa.text("0"), nullable=False))

    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_problem", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.drop_column("place_problem")

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("offered_all")

    with op.batch_alter_table("film", schema=None) as batch_op:
        batch_op.drop_column("attempt")

    op.drop_table("reaction")
