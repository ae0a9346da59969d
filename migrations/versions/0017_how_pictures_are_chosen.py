"""how pictures are chosen

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('voting',
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.Enum('solo', 'vote', name='mode', native_enum=False, length=16), nullable=True),
    sa.Column('role_id', sa.BigInteger(), nullable=True),
    sa.Column('quorum', sa.Integer(), nullable=True),
    sa.Column('closes_at', sa.DateTime(), nullable=True),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('closed_by', sa.BigInteger(), nullable=True),
    sa.Column('closed_by_name', sa.String(length=100), nullable=False),
    sa.Column('closed_why', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_voting_story_id_story'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('story_id', name=op.f('pk_voting'))
    )
    # Not in a batch: it may make a table anew, and lose that its ids are given out once.
    how = sa.Enum('person', 'vote', 'bot', name='how', native_enum=False, length=16)
    op.add_column('scene', sa.Column('pick_how', how, server_default='person', nullable=False))
    op.add_column('scene', sa.Column('pick_by', sa.BigInteger(), nullable=True))
    op.add_column('scene', sa.Column('pick_by_name', sa.String(length=100), server_default='', nullable=False))
    op.add_column('scene', sa.Column('earlier_pick', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('scene', schema=None) as batch_op:
        batch_op.drop_column('earlier_pick')
        batch_op.drop_column('pick_by_name')
        batch_op.drop_column('pick_by')
        batch_op.drop_column('pick_how')

    op.drop_table('voting')
