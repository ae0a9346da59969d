"""embeddings that characters and jobs name

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: it may make a table anew, and lose that its ids are given out once.
    for name in ('embeddings', 'negative_embeddings'):
        op.add_column('character', sa.Column(name, sa.JSON(), server_default='[]', nullable=False))
    op.add_column('job', sa.Column('embeddings', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_column('embeddings')

    with op.batch_alter_table('character', schema=None) as batch_op:
        batch_op.drop_column('negative_embeddings')
        batch_op.drop_column('embeddings')
