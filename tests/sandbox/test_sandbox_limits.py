"""Each limit of Discord's is enforced with its error; what is within it passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox import Channel, Sandbox
from sandbox.checks.forms import check_choices, check_commands, check_modal
from sandbox.checks.limits import check_message
from tests.sandbox.raw import Raw, Reply, raw

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]

V2 = 1 << 15


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rest(sandbox: Sandbox) -> AsyncIterator[Raw]:
    async with raw(sandbox) as rest:
        yield rest


@pytest.fixture
def path(channel: Channel) -> str:
    return f"/channels/{channel.id}/messages"


def text(content: str = "hello") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(custom_id: str = "b", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "B", "custom_id": custom_id, **more}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(count: int = 2, **more: Any) -> dict[str, Any]:
    options = [{"label": str(n), "value": str(n)} for n in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **more}


def gallery(*urls: str, **more: Any) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}, **more} for url in urls]}


def container(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 17, "components": list(children)}


WEB = "https://example.org/a.png"
TOO_WIDE = row(*(button(f"b{n}") for n in range(6)))
BAD_V2: list[tuple[str, list[dict[str, Any]], str, str]] = [
    ("41 components", [text() for _ in range(41)], "components", "BASE_TYPE_BAD_LENGTH"),
    (
        "41 components, nested",
        [container(*(row(*(button(f"{a}{b}") for b in range(5))) for a in range(6))), *(text() for _ in range(4))],
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    ("4001 characters", [text("x" * 2001), text("y" * 2000)], "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    ("empty text", [text("")], "components.0.content", "BASE_TYPE_BAD_LENGTH"),
    ("no picture", [gallery()], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    ("11 pictures", [gallery(*[WEB] * 11)], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    (
        "long alt text",
        [gallery(WEB, description="x" * 1025)],
        "components.0.items.0.description",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("odd scheme", [gallery("file:///etc/passwd")], "components.0.items.0.media.url", "URL_TYPE_INVALID_SCHEME"),
    (
        "unknown upload",
        [gallery("attachment://nowhere.png")],
        "components.0.items.0.media.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    (
        "unknown file",
        [{"type": 13, "file": {"url": "attachment://nowhere.mp4"}}],
        "components.0.file.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    ("6 buttons", [TOO_WIDE], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ("empty row", [row()], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ("menu and button", [row(select(), button())], "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ("26 options", [row(select(26))], "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    ("long label", [row(button(label="x" * 81))], "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
    ("long custom id", [row(button("x" * 101))], "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    ("no custom id", [row(button(None))], "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"),  # type: ignore[arg-type]
    (
        "no label",
        [row({"type": 2, "style": 1, "custom_id": "b"})],
        "components.0.components.0",
        "BUTTON_COMPONENT_LABEL_EMOJI_REQUIRED",
    ),
    (
        "custom id twice",
        [row(button()), container(row(button()))],
        "components.0.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "long placeholder",
        [row(select(placeholder="x" * 151))],
        "components.0.components.0.placeholder",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ("bare button", [button()], "components.0.type", "UNION_TYPE_CHOICES"),
    ("nested container", [container(container(text()))], "components.0.components.0.type", "UNION_TYPE_CHOICES"),
    ("modal input", [row({"type": 4, "custom_id": "t"})], "components.0.components.0.type", "UNION_TYPE_CHOICES"),
    (
        "link with a custom id",
        [row({"type": 2, "style": 5, "label": "L", "url": WEB, "custom_id": "x"})],
        "components.0.components.0.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_INVALID",
    ),
    (
        "option twice",
        [row(select(options=[{"label": "a", "value": "a"}, {"label": "b", "value": "a"}]))],
        "components.0.components.0.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    ("id twice", [text() | {"id": 5}, text() | {"id": 5}], "components.1.id", "COMPONENT_ID_DUPLICATED"),
    (
        "section without accessory",
        [{"type": 9, "components": [text()]}],
        "components.0.accessory",
        "DICT_TYPE_CONVERT",
    ),
]


@pytest.mark.parametrize(
    ("components", "where", "code"), [case[1:] for case in BAD_V2], ids=[case[0] for case in BAD_V2]
)
async def test_bad_components(rest: Raw, path: str, components: list[Any], where: str, code: str) -> None:
    reply = await rest("POST", path, {"components": components, "flags": V2})
    assert (reply.status, reply.code) == (400, 50035)
    assert reply.body["message"] == "Invalid Form Body"
    assert (where, code) in reply.errors()


async def test_components_at_their_limits(rest: Raw, path: str, sandbox: Sandbox, document: None) -> None:
    known = len(sandbox.violations)
    rows = [row(*(button(f"{a}-{b}".ljust(100, "x"), label="x" * 80) for b in range(5))) for a in range(5)]
    more = [row(select(25, placeholder="x" * 150)), gallery(*[WEB] * 10, description="x" * 1024)]
    components = [container(*rows, *more), text("x" * 4000), *({"type": 14} for _ in range(4))]
    reply = await rest("POST", path, {"components": components, "flags": V2})
    assert reply.status == 200
    assert sandbox.violations[known:] == []


BAD_BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
    ({"content": "x", "components": [text()]}, "components.0.type", "UNION_TYPE_CHOICES"),
    ({"content": "x", "components": [row(button(str(n))) for n in range(6)]}, "components", "BASE_TYPE_BAD_LENGTH"),
    (
        {"content": "x", "components": [text()], "flags": V2},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    ({"content": "x", "attachments": [{"id": "7"}]}, "attachments.0.id", "ATTACHMENT_NOT_FOUND"),
    ({"content": "x", "embeds": [{"description": "x" * 6001}]}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    (
        {"content": "x", "message_reference": {"message_id": "1"}},
        "message_reference",
        "MESSAGE_REFERENCE_UNKNOWN_MESSAGE",
    ),
]


@pytest.mark.parametrize(("body", "where", "code"), BAD_BODIES)
async def test_bad_bodies(rest: Raw, path: str, body: dict[str, Any], where: str, code: str) -> None:
    reply = await rest("POST", path, body)
    assert (reply.status, reply.code) == (400, 50035)
    assert (where, code) in reply.errors()


async def test_content_of_2000_passes_and_nothing_does_not(rest: Raw, path: str) -> None:
    assert (await rest("POST", path, {"content": "x" * 2000})).status == 200
    for body in ({}, {"content": "  "}, {"components": [], "flags": V2}, {"components": [row(button())]}):
        reply = await rest("POST", path, body)
        assert (reply.status, reply.code) == (400, 50006)


async def test_uploads(rest: Raw, path: str, sandbox: Sandbox, channel: Channel) -> None:
    limit = sandbox.state.upload_limit
    fits = await rest("POST", path, {}, files={"a b.txt": b"x" * limit})
    assert fits.status == 200
    assert fits.body["attachments"][0]["filename"] == "a_b.txt"
    assert fits.body["attachments"][0]["size"] == limit
    big = await rest("POST", path, {}, files={"big.bin": b"x" * (limit + 1)})
    assert (big.status, big.code) == (413, 40005)
    many = await rest("POST", path, {}, files={f"{n}.txt": b"x" for n in range(11)})
    assert (many.status, many.errors()) == (400, [("attachments", "BASE_TYPE_BAD_LENGTH")])
    described = [{"id": 0, "filename": "a.png", "description": "x" * 1025}]
    alt = await rest("POST", path, {"attachments": described}, files={"a.png": b"x"})
    assert ("attachments.0.description", "BASE_TYPE_MAX_LENGTH") in alt.errors()


async def test_edits_keep_replace_and_refuse_attachments(rest: Raw, path: str, channel: Channel) -> None:
    made = await rest("POST", path, {"content": "x"}, files={"a.txt": b"a", "b.txt": b"b"})
    first, _ = made.body["attachments"]
    here = f"{path}/{made.body['id']}"
    kept = await rest("PATCH", here, {"attachments": [{"id": first["id"]}, {"id": "0"}]}, files={"c.txt": b"c"})
    assert [item["filename"] for item in kept.body["attachments"]] == ["a.txt", "c.txt"]
    assert kept.body["edited_timestamp"] is not None
    untouched = await rest("PATCH", here, {"content": "y"})
    assert [item["filename"] for item in untouched.body["attachments"]] == ["a.txt", "c.txt"]
    message = channel.by_id[int(made.body["id"])]
    assert [item.data for item in message.attachments] == [b"a", b"c"]
    emptied = await rest("PATCH", here, {"attachments": [], "content": ""})
    assert emptied.code == 50006
    v2 = await rest("PATCH", here, {"components": [text()], "flags": V2})
    assert ("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2") in v2.errors()
    v2 = await rest("PATCH", here, {"components": [text()], "flags": V2, "content": None, "attachments": []})
    assert v2.status == 200
    assert message.is_v2
    assert message.text == "hello"
    assert message.attachments == []


async def test_gallery_survives_an_edit_that_sends_its_address_back(rest: Raw, path: str, channel: Channel) -> None:
    body = {"components": [gallery("attachment://a.png")], "flags": V2, "attachments": [{"id": 0, "filename": "a.png"}]}
    made = await rest("POST", path, body, files={"a.png": b"picture"})
    assert made.body["attachments"] == []
    media = made.body["components"][0]["items"][0]["media"]
    edited = await rest(
        "PATCH", f"{path}/{made.body['id']}", {"components": [gallery(media["url"]), text()], "flags": V2}
    )
    assert edited.body["components"][0]["items"][0]["media"]["attachment_id"] == media["attachment_id"]
    shown = channel.by_id[int(made.body["id"])].gallery[0].attachment
    assert shown is not None
    assert shown.data == b"picture"


async def test_nonce_makes_one_message_of_two(rest: Raw, path: str, channel: Channel) -> None:
    body = {"content": "once", "nonce": "n" * 25, "enforce_nonce": True}
    first, second = await rest("POST", path, body), await rest("POST", path, body)
    assert first.body["id"] == second.body["id"]
    assert (await rest("POST", path, body | {"enforce_nonce": False})).body["id"] != first.body["id"]


async def test_twenty_reactions(rest: Raw, path: str) -> None:
    made = await rest("POST", path, {"content": "x"})
    emojis = [chr(0x1F600 + n) for n in range(21)]
    here = f"{path}/{made.body['id']}/reactions"
    replies: list[Reply] = [await rest("PUT", f"{here}/{emoji}/@me") for emoji in emojis]
    assert [reply.status for reply in replies] == [204] * 20 + [400]
    assert replies[-1].code == 30010
    unknown = await rest("PUT", f"{here}/notanemoji/@me")
    assert (unknown.status, unknown.code) == (400, 10014)
    assert (await rest("GET", f"{here}/notanemoji")).code == 10014


def label(component: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "L", "component": component, **more}


def field(custom_id: str = "t", **more: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, "custom_id": custom_id, **more}


def modal(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "T", "custom_id": "m", "components": list(components), **more}


BAD_MODALS: list[tuple[dict[str, Any], str]] = [
    (modal(label(field()), title="x" * 46), "data.title"),
    (modal(label(field()), title=""), "data.title"),
    (modal(label(field()), custom_id="x" * 101), "data.custom_id"),
    (modal(), "data.components"),
    (modal(*(label(field(str(n))) for n in range(6))), "data.components"),
    (modal(label(field(), label="x" * 46)), "data.components.0.label"),
    (modal(label(field(), description="x" * 101)), "data.components.0.description"),
    (modal(label(field(label="inner"))), "data.components.0.component.label"),
    (modal(label(field(value="x" * 4001))), "data.components.0.component.value"),
    (modal(label(field(value="xxx", max_length=2))), "data.components.0.component.value"),
    (modal(label(field(max_length=4001))), "data.components.0.component.max_length"),
    (modal(label(field(placeholder="x" * 101))), "data.components.0.component.placeholder"),
    (modal(label({"type": 19, "custom_id": "f", "max_values": 11})), "data.components.0.component.max_values"),
    (modal(label(button())), "data.components.0.component"),
    (modal(label(field()), label(field())), "data.components.0.component.custom_id"),
    (modal(gallery(WEB)), "data.components.0.type"),
]


@pytest.mark.parametrize(("body", "where"), BAD_MODALS)
async def test_bad_modals(body: dict[str, Any], where: str) -> None:
    errors = check_modal(body)
    with pytest.raises(Exception, match="Invalid Form Body") as caught:
        errors.raise_if_any()
    assert where in [path for path, _ in Reply(400, caught.value.body(), {}).errors()]  # type: ignore[attr-defined]


async def test_good_modal() -> None:
    upload = {"type": 19, "custom_id": "f", "min_values": 0, "max_values": 10}
    fields = [label(field("a", value="x" * 4000)), label(upload), label(select(25)), text(), label(field("b"))]
    assert not check_modal(modal(*fields, title="x" * 45))


def command(**more: Any) -> dict[str, Any]:
    return {"name": "story", "description": "d", "type": 1, **more}


def option(name: str = "title", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "type": 3, **more}


BAD_COMMANDS: list[tuple[dict[str, Any], str]] = [
    (command(name="Story"), "0.name"),
    (command(name="a story"), "0.name"),
    (command(name="x" * 33), "0.name"),
    (command(description=""), "0.description"),
    (command(description="x" * 101), "0.description"),
    (command(options=[option(str(n)) for n in range(26)]), "0.options"),
    (command(options=[option(), option()]), "0.options.0.name"),
    (command(options=[option("a"), option("b", required=True)]), "0.options.1.required"),
    (command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]), "0.options.0.choices"),
    (command(type=3, name="Make", description="no"), "0.description"),
    (command(type=3, name="Make", description="", options=[option()]), "0.options"),
    (command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]), "0.options.0.autocomplete"),
    (command(options=[option(str(n), choices=[{"name": "x" * 100, "value": "x" * 100}] * 25) for n in range(2)]), "0"),
]


@pytest.mark.parametrize(("body", "where"), BAD_COMMANDS)
async def test_bad_commands(rest: Raw, sandbox: Sandbox, body: dict[str, Any], where: str) -> None:
    reply = await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", [body])
    assert reply.status == 400
    assert where in [path for path, _ in reply.errors()]


async def test_commands_that_are_no_list(rest: Raw, sandbox: Sandbox) -> None:
    reply = await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", {})
    assert (reply.status, reply.errors()) == (400, [("", "LIST_TYPE_CONVERT")])


async def test_a_channels_numbers(rest: Raw, channel: Channel) -> None:
    for given, code in ((-1, "NUMBER_TYPE_MIN"), (21601, "NUMBER_TYPE_MAX"), ("soon", "NUMBER_TYPE_COERCE")):
        reply = await rest("PATCH", f"/channels/{channel.id}", {"rate_limit_per_user": given})
        assert (reply.status, reply.errors()) == (400, [("rate_limit_per_user", code)])
    thread = await rest("POST", f"/channels/{channel.id}/threads", {"name": "t", "auto_archive_duration": 5})
    assert (thread.status, thread.errors()) == (400, [("auto_archive_duration", "BASE_TYPE_CHOICES")])


async def test_too_many_commands_and_choices() -> None:
    assert not check_commands([command(name=f"c{n}") for n in range(100)])
    assert check_commands([command(name=f"c{n}") for n in range(101)])
    assert check_commands([command(), command()])
    assert check_choices([{"name": "x", "value": "x"}] * 26)
    assert not check_choices([{"name": "x" * 100, "value": "x" * 100}] * 25)


async def test_lengths_are_counted_in_characters() -> None:
    assert not check_message({"content": "🐉" * 2000}, v2=False)
    assert check_message({"content": "🐉" * 2001}, v2=False)
