"""The rows of voices that people chose."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import Base, now, story_fk


class VoiceRow(Base):
    """The voice that somebody chose for a speaker of a story; whoever has no row gets one that fits.

    It is kept by name, and not with the cast member: the cast is written anew when a script changes.
    """

    __tablename__ = "voice"
    __table_args__ = (sa.UniqueConstraint("story_id", "speaker"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    #: The speaker's name in small letters; "" is the narrator.
    speaker: Mapped[str] = mapped_column(sa.String(100))
    #: The name of a voice (``storycore.narration.voices``).
    voice: Mapped[str] = mapped_column(sa.String(100))
    #: Who chose it; None on the command line.
    chosen_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    chosen_at: Mapped[datetime] = mapped_column(default=now)
