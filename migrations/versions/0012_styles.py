"""styles

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('style',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('folded', sa.String(length=120), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_style')),
    sa.UniqueConstraint('server_id', 'folded', name=op.f('uq_style_server_id_folded')),
    sqlite_autoincrement=True
    )
    # Not in a batch: it may make a table anew, and lose that its ids are given out once.
    op.add_column('story', sa.Column('style', sa.JSON(), server_default='{}', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.drop_column('style')

    op.drop_table('style')