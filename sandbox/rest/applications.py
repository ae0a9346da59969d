"""The application: who the bot is, where its gateway is, which commands it has."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.checks.forms import check_commands
from sandbox.commands import GLOBAL
from sandbox.errors import missing_access, unknown
from sandbox.rest.router import NOTHING, Answer, Call, route


def _me(call: Call) -> dict[str, Any]:
    more = {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None, "premium_type": 0}
    return payloads.user(call.state.world.bot) | more


@route("GET", "/users/@me")
def get_me(call: Call) -> Answer:
    return Answer(200, _me(call))


@route("GET", "/users/@me/guilds")
def get_my_guilds(call: Call) -> Answer:
    world = call.state.world
    return Answer(200, [payloads.own_guild(guild, guild.members[world.bot.id]) for guild in world.guilds.values()])


@route("GET", "/users/{user_id}")
def get_user(call: Call) -> Answer:
    user = call.state.world.users.get(call.snowflake("user_id"))
    if user is None:
        raise unknown("User", 10013)
    return Answer(200, payloads.user(user))


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def get_application(call: Call) -> Answer:
    world = call.state.world
    owner = next(iter(world.guilds.values())).owner_id if world.guilds else world.bot.id
    body: dict[str, Any] = {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": payloads.user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": payloads.user(world.users[owner]),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
    }
    return Answer(200, body)


@route("GET", "/gateway", needs_token=False)
def get_gateway(call: Call) -> Answer:
    return Answer(200, {"url": call.state.gateway_url})


@route("GET", "/gateway/bot")
def get_gateway_bot(call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return Answer(200, {"url": call.state.gateway_url, "shards": 1, "session_start_limit": limit})


def _scope(call: Call) -> int:
    if call.snowflake("application_id") != call.state.world.bot.id:
        raise unknown("Application", 10002)
    if "guild_id" not in call.args:
        return GLOBAL
    guild_id = call.snowflake("guild_id")
    if guild_id not in call.state.world.guilds:
        raise missing_access()
    return guild_id


def _command(call: Call) -> dict[str, Any]:
    command = call.state.commands.get(_scope(call), call.snowflake("command_id"))
    if command is None:
        raise unknown("application command", 10063)
    return command


@route("GET", "/applications/{application_id}/commands")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
def list_commands(call: Call) -> Answer:
    return Answer(200, call.state.commands.listed(_scope(call)))


@route("PUT", "/applications/{application_id}/commands")
@route("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
def replace_commands(call: Call) -> Answer:
    scope = _scope(call)
    check_commands(call.body).raise_if_any()
    return Answer(200, call.state.commands.replace(scope, call.body))


@route("POST", "/applications/{application_id}/commands")
@route("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
def create_command(call: Call) -> Answer:
    scope = _scope(call)
    check_commands([call.form]).raise_if_any()
    known = {(item["type"], item["name"]) for item in call.state.commands.listed(scope)}
    stored = call.state.commands.upsert(scope, call.form)
    return Answer(200 if (stored["type"], stored["name"]) in known else 201, stored)


@route("GET", "/applications/{application_id}/commands/{command_id}")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def get_command(call: Call) -> Answer:
    return Answer(200, _command(call))


@route("DELETE", "/applications/{application_id}/commands/{command_id}")
@route("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def delete_command(call: Call) -> Answer:
    call.state.commands.remove(_scope(call), int(_command(call)["id"]))
    return NOTHING
