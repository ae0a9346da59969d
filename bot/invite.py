"""Exactly the permissions Fireside needs, and the link that invites it with them."""

from __future__ import annotations

import discord

#: Without these a story cannot be shown.
NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "add_reactions": "Add Reactions",
    "read_message_history": "Read Message History",
}
#: Clears the reactions to pictures that were replaced; without it they stay, and count for nothing.
WISHED = {"manage_messages": "Manage Messages"}

PERMISSIONS = discord.Permissions(**dict.fromkeys([*NEEDED, *WISHED], True))


def invite_link(application_id: int | str) -> str:
    """The address at which an admin invites the bot into a server."""
    return (
        "https://discord.com/oauth2/authorize"
        f"?client_id={application_id}&scope=bot%20applications.commands&permissions={PERMISSIONS.value}"
    )
