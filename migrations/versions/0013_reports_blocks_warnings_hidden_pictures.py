"""reports, blocks, warnings, hidden pictures

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('block',
    sa.Column('server_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member_name', sa.String(length=100), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('server_id', 'member_id', name=op.f('pk_block'))
    )
    op.create_table('doomed',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('suffix', sa.String(length=8), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_doomed'))
    )
    op.create_table('warning',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('member_name', sa.String(length=100), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('told_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warning')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('warning', schema=None) as batch_op:
        batch_op.create_index('ix_warning_server_id_member_id', ['server_id', 'member_id'], unique=False)

    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('decision', sa.String(length=16), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=100), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_report_round_id_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_report_story_id_story'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('round_id', 'number', 'made_by', name=op.f('uq_report_round_id_number_made_by')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.create_index('ix_report_server_id_decision', ['server_id', 'decision'], unique=False)
        batch_op.create_index('ix_report_story_id', ['story_id'], unique=False)

    # Not in a batch: it may make a table anew, and lose that its ids are given out once.
    op.add_column('candidate', sa.Column('hidden', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('film', sa.Column('pictures', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('round', sa.Column('taken', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('taken')

    with op.batch_alter_table('film', schema=None) as batch_op:
        batch_op.drop_column('pictures')

    with op.batch_alter_table('candidate', schema=None) as batch_op:
        batch_op.drop_column('hidden')

    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_index('ix_report_story_id')
        batch_op.drop_index('ix_report_server_id_decision')

    op.drop_table('report')
    with op.batch_alter_table('warning', schema=None) as batch_op:
        batch_op.drop_index('ix_warning_server_id_member_id')

    op.drop_table('warning')
    op.drop_table('doomed')
    op.drop_table('block')
