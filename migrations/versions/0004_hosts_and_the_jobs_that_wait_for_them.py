"""hosts and the jobs that wait for them

Revision: 0004
Follows: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('fair_clock',
    sa.Column('rank', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('begun', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('rank', name=op.f('pk_fair_clock'))
    )
    op.create_table('hold',
    sa.Column('server_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=100), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=True),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('server_id', name=op.f('pk_hold'))
    )
    op.create_table('host',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('login', sa.String(length=200), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=True),
    sa.Column('origin', sa.Enum('settings', 'chat', name='hostorigin', native_enum=False, length=16), nullable=False),
    sa.Column('state', sa.Enum('enabled', 'draining', name='hoststate', native_enum=False, length=16), nullable=False),
    sa.Column('private', sa.Boolean(), nullable=False),
    sa.Column('added_by', sa.BigInteger(), nullable=True),
    sa.Column('added_by_name', sa.String(length=100), nullable=False),
    sa.Column('added_at', sa.DateTime(), nullable=False),
    sa.Column('health', sa.Enum('unknown', 'well', 'away', 'refusing', name='hosthealth', native_enum=False, length=16), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('checked_at', sa.DateTime(), nullable=True),
    sa.Column('next_try_at', sa.DateTime(), nullable=True),
    sa.Column('flavour', sa.String(length=20), nullable=False),
    sa.Column('checkpoint', sa.String(length=300), nullable=False),
    sa.Column('own_checkpoint', sa.String(length=300), nullable=False),
    sa.Column('abilities', sa.JSON(), nullable=False),
    sa.Column('pace', sa.Double(), nullable=True),
    sa.Column('painted', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host')),
    sa.UniqueConstraint('name', name=op.f('uq_host_name')),
    sqlite_autoincrement=True
    )
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('told_at', sa.DateTime(), nullable=True),
    sa.Column('over_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_server_id'), ['server_id'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('member_name', sa.String(length=100), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('tag', sa.BigInteger(), nullable=False),
    sa.Column('finish', sa.BigInteger(), nullable=False),
    sa.Column('cost', sa.Integer(), nullable=False),
    sa.Column('checkpoint', sa.String(length=300), nullable=False),
    sa.Column('loras', sa.JSON(), nullable=False),
    sa.Column('not_before', sa.DateTime(), nullable=True),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=True),
    sa.Column('host_name', sa.String(length=60), nullable=False),
    sa.Column('task', sa.String(length=140), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('begun_at', sa.DateTime(), nullable=True),
    sa.Column('failed_on', sa.JSON(), nullable=False),
    sa.Column('record', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['host_id'], ['host.id'], name=op.f('fk_job_host_id_host'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_job_round_id_round'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('round_id', name=op.f('uq_job_round_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_epoch_rank_server_id_member_id', ['epoch', 'rank', 'server_id', 'member_id'], unique=False)

    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.add_column(sa.Column('checkpoint', sa.String(length=300), server_default='', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.drop_column('checkpoint')

    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_epoch_rank_server_id_member_id')

    op.drop_table('job')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_server_id'))

    op.drop_table('notice')
    op.drop_table('host')
    op.drop_table('hold')
    op.drop_table('fair_clock')
