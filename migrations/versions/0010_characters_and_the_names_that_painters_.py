"""characters and the names that painters know

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_name',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('sex', sa.Enum('female', 'male', name='sex', native_enum=False, length=16), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_known_name'))
    )
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('request_key', sa.String(length=64), nullable=True),
    sa.Column('character_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'accepted', 'declined', name='proposalstate', native_enum=False, length=16), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=100), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('request_key', name=op.f('uq_proposal_request_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_server_id_state', ['server_id', 'state'], unique=False)

    op.create_table('character',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.Column('pronouns', sa.String(length=8), nullable=True),
    sa.Column('look', sa.Text(), nullable=False),
    sa.Column('outfits', sa.JSON(), nullable=False),
    sa.Column('negative', sa.Text(), nullable=False),
    sa.Column('lora', sa.String(length=100), nullable=False),
    sa.Column('lora_weight', sa.Double(), nullable=False),
    sa.Column('mix', sa.JSON(), nullable=False),
    sa.Column('mix_pair', sa.String(length=130), nullable=True),
    sa.Column('voice', sa.String(length=100), nullable=False),
    sa.Column('same_seed', sa.Boolean(), nullable=False),
    sa.Column('portrait', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('changed_by', sa.BigInteger(), nullable=True),
    sa.Column('changed_by_name', sa.String(length=100), nullable=False),
    sa.Column('removed_at', sa.DateTime(), nullable=True),
    sa.Column('merged_into', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['portrait'], ['media.hash'], name=op.f('fk_character_portrait_media')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character')),
    sa.UniqueConstraint('server_id', 'mix_pair', name=op.f('uq_character_server_id_mix_pair')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('character', schema=None) as batch_op:
        batch_op.create_index('ix_character_server_id_removed_at', ['server_id', 'removed_at'], unique=False)

    op.create_table('character_name',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.BigInteger(), nullable=False),
    sa.Column('folded', sa.String(length=120), nullable=False),
    sa.Column('character_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['character.id'], name=op.f('fk_character_name_character_id_character'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character_name')),
    sa.UniqueConstraint('server_id', 'folded', name=op.f('uq_character_name_server_id_folded'))
    )
    with op.batch_alter_table('character_name', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_character_name_character_id'), ['character_id'], unique=False)

    # Not in a batch: it may make a table anew, and lose that its ids are given out once.
    op.add_column('cast_member', sa.Column('character_id', sa.Integer(), nullable=True))
    op.create_index('ix_cast_member_character_id', 'cast_member', ['character_id'], unique=False)
    op.add_column('round', sa.Column('extras', sa.JSON(), server_default='{}', nullable=False))
    for name in ('written', 'composed', 'offer', 'outfits'):
        op.add_column('scene', sa.Column(name, sa.JSON(), server_default='{}', nullable=False))
    op.add_column('story', sa.Column('preview_of', sa.Integer(), nullable=True))
    op.create_index('ix_story_preview_of', 'story', ['preview_of'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_story_preview_of'))
        batch_op.drop_column('preview_of')

    with op.batch_alter_table('scene', schema=None) as batch_op:
        batch_op.drop_column('outfits')
        batch_op.drop_column('offer')
        batch_op.drop_column('composed')
        batch_op.drop_column('written')

    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('extras')

    with op.batch_alter_table('cast_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cast_member_character_id'))
        batch_op.drop_column('character_id')

    with op.batch_alter_table('character_name', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_character_name_character_id'))

    op.drop_table('character_name')
    with op.batch_alter_table('character', schema=None) as batch_op:
        batch_op.drop_index('ix_character_server_id_removed_at')

    op.drop_table('character')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_server_id_state')

    op.drop_table('proposal')
    op.drop_table('known_name')
