"""A stand-in for Discord on loopback: REST, gateway and CDN as discord.py 2.7 uses them, and members that act.

`python -m sandbox` serves it; `sandbox.Sandbox` is the same from Python. It knows nothing of any particular bot.

Why not SimCord's world: what SimCord publishes (`run`, `Env`, actors) puts itself inside the bot's process in place of
discord.py's HTTP client and gateway; its store and payloads are declared internal, and importing it needs discord.py.
Here the bot is another process, and nothing of it is replaced.
"""

from sandbox.actors import Actor, GuildView, InteractionResult, Modal
from sandbox.clock import Clock, ManualClock
from sandbox.errors import ApiError, SandboxError
from sandbox.model import Channel, Message
from sandbox.permissions import Permission
from sandbox.rest import Answer, Call
from sandbox.server import Sandbox
from sandbox.state import Limits
from sandbox.trouble import Trouble
from sandbox.world import File, World

__all__ = [
    "Actor",
    "Answer",
    "ApiError",
    "Call",
    "Channel",
    "Clock",
    "File",
    "GuildView",
    "InteractionResult",
    "Limits",
    "ManualClock",
    "Message",
    "Modal",
    "Permission",
    "Sandbox",
    "SandboxError",
    "Trouble",
    "World",
]
