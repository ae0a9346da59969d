"""Servers, their members, roles and channels."""

from __future__ import annotations

from sandbox import payloads
from sandbox.errors import unknown
from sandbox.model import Guild, Member
from sandbox.permissions import Permission, may
from sandbox.rest.router import Answer, Call, route
from sandbox.snowflake import parse


@route("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    guild = call.guild()
    body = payloads.guild(guild)
    if call.query.get("with_counts", "").lower() in ("1", "true"):
        body |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return Answer(200, body)


@route("GET", "/guilds/{guild_id}/channels")
def list_channels(call: Call) -> Answer:
    return Answer(200, [payloads.channel(channel) for channel in call.guild().text_channels()])


@route("GET", "/guilds/{guild_id}/threads/active")
def list_active_threads(call: Call) -> Answer:
    guild = call.guild()
    bot = guild.members[call.state.world.bot.id]
    threads = [
        channel
        for channel in guild.channels.values()
        if channel.thread is not None and not channel.thread.archived and may(channel, bot, Permission.VIEW_CHANNEL)
    ]
    members = [
        payloads.thread_member(thread, bot.id)
        for thread in threads
        if thread.thread and bot.id in thread.thread.members
    ]
    return Answer(200, {"threads": [payloads.thread(thread) for thread in threads], "members": members})


@route("GET", "/guilds/{guild_id}/roles")
def list_roles(call: Call) -> Answer:
    return Answer(200, payloads.guild(call.guild())["roles"])


@route("GET", "/guilds/{guild_id}/roles/{role_id}")
def get_role(call: Call) -> Answer:
    role = call.guild().roles.get(call.snowflake("role_id"))
    if role is None:
        raise unknown("Role", 10011)
    return Answer(200, payloads.role(role))


def _member(guild: Guild, user_id: int) -> Member:
    member = guild.members.get(user_id)
    if member is None:
        raise unknown("Member", 10007)
    return member


@route("GET", "/guilds/{guild_id}/members")
def list_members(call: Call) -> Answer:
    members = sorted(call.guild().members.values(), key=lambda member: member.id)
    after = parse(call.query.get("after", "0")) or 0
    limit = call.limit(1, 1000)
    return Answer(200, [payloads.member(member) for member in members if member.id > after][:limit])


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Answer:
    return Answer(200, payloads.member(_member(call.guild(), call.snowflake("user_id"))))
