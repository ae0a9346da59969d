"""The pieces that every card is put together from."""

from __future__ import annotations

from typing import Any

import discord


def card(*items: discord.ui.Item[Any], colour: discord.Colour) -> discord.ui.LayoutView:
    """One container with a coloured edge; its buttons outlive a restart, so the view never times out."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=colour)
    for item in items:
        container.add_item(item)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """Buttons beside each other, or one menu."""
    buttons: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    for item in items:
        buttons.add_item(item)
    return buttons
