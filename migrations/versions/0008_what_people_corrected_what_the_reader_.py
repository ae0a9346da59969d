"""what people corrected, what the reader asks

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('same', 'apart', 'renamed', 'nobody', 'somebody', 'speaker', 'words', 'border', 'moved', 'added', 'deleted', name='correctionkind', native_enum=False, length=16), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.BigInteger(), nullable=True),
    sa.Column('made_by_name', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('fits', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_correction_story_id_story'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.create_index('ix_correction_story_id', ['story_id'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('same', 'speaker', 'character', name='questionkind', native_enum=False, length=16), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('other', sa.Text(), nullable=True),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_by', sa.BigInteger(), nullable=True),
    sa.Column('answered_by_name', sa.String(length=100), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_question_story_id_story'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index('ix_question_story_id', ['story_id'], unique=False)

    with op.batch_alter_table('cast_member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pronouns', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('known_as', sa.String(length=100), nullable=True))

    # Not in a batch: with such a default it would make the table anew, and lose that its ids are given out once.
    op.add_column('line', sa.Column('rewritten', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('line', sa.Column('confidence', sa.Double(), server_default='1.0', nullable=False))
    op.add_column('line', sa.Column('reason', sa.Text(), server_default='', nullable=False))
    op.add_column('scene', sa.Column('prompt_due', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.String(length=16), server_default='en', nullable=False))
        batch_op.add_column(sa.Column('notes', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('corrected', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('corrected_read', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('correction_problem', sa.Text(), server_default='', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('story', schema=None) as batch_op:
        batch_op.drop_column('correction_problem')
        batch_op.drop_column('corrected_read')
        batch_op.drop_column('corrected')
        batch_op.drop_column('notes')
        batch_op.drop_column('language')

    with op.batch_alter_table('scene', schema=None) as batch_op:
        batch_op.drop_column('prompt_due')

    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.drop_column('reason')
        batch_op.drop_column('confidence')
        batch_op.drop_column('rewritten')

    with op.batch_alter_table('cast_member', schema=None) as batch_op:
        batch_op.drop_column('known_as')
        batch_op.drop_column('pronouns')

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index('ix_question_story_id')

    op.drop_table('question')
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.drop_index('ix_correction_story_id')

    op.drop_table('correction')
