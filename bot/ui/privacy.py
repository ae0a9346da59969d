"""What is kept about a member: asked about before it is erased."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import count
from storycore.studio import privacy
from storycore.studio.privacy import Kept

_RED = discord.Colour(0xC0392B)
_WHAT = {"keep": "Erase, and keep the stories", "all": "Erase, with the stories"}


class EraseButton(
    Answering,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"fs:erase:(?P<member>\d{1,20}):(?P<what>keep|all)",
):
    """Erases what is kept about a member, for good."""

    def __init__(self, member: int, what: str) -> None:
        self.member, self.what = member, what
        super().__init__(
            discord.ui.Button(
                label=_WHAT[what], style=discord.ButtonStyle.danger, custom_id=f"fs:erase:{member}:{what}"
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["member"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Erase, then say so in the place of the question."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        privacy.require_may(person, self.member)
        await interaction.response.defer()
        await privacy.erase(workshop, person, self.member, stories=self.what == "all")
        interaction.client.dispatch("erased")
        done = "### 🧹 Erased\nNames and ids are gone from everything that is kept here. The votes stay, as numbers."
        await interaction.edit_original_response(view=card(discord.ui.TextDisplay(done), colour=_RED))


def erase_card(kept: Kept) -> discord.ui.LayoutView:
    """The question, with what would go."""
    words = [
        f"### 🧹 Erase what is kept about <@{kept.member_id}> in this server?",
        f"{count(kept.rows, 'entry', 'entries')}, among them {count(kept.stories, 'story', 'stories')} and "
        f"{count(kept.ballots, 'vote')}.",
        "Names and ids go everywhere. Votes stay as numbers. A story that is kept has no author any more, and its "
        "films go, for they name one; they can be filmed again. A block stays. **It cannot be taken back.**",
    ]
    buttons = [EraseButton(kept.member_id, "keep")] + ([EraseButton(kept.member_id, "all")] if kept.stories else [])
    return card(discord.ui.TextDisplay("\n".join(words)), row(*buttons), colour=_RED)
