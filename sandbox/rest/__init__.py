"""Discord's HTTP routes, a module per area. Importing this registers them all."""

from sandbox.rest import applications, channels, guilds, interactions, messages, reactions, threads, webhooks
from sandbox.rest.router import ROUTES, Answer, Call, find

__all__ = [
    "ROUTES",
    "Answer",
    "Call",
    "applications",
    "channels",
    "find",
    "guilds",
    "interactions",
    "messages",
    "reactions",
    "threads",
    "webhooks",
]
