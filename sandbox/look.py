"""What a person sees of a message's components: text, buttons, selects, pictures. Works on Discord's raw dicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.model import Attachment

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, FILE_UPLOAD = 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
LINK_STYLE = 5

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Button:
    label: str
    custom_id: str | None
    disabled: bool
    style: int
    emoji: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Select:
    type: int
    custom_id: str
    placeholder: str
    disabled: bool
    options: list[dict[str, Any]]
    min_values: int
    max_values: int


@dataclass(frozen=True)
class GalleryItem:
    url: str
    description: str | None
    spoiler: bool
    attachment: Attachment | None = field(compare=False, default=None)


def walk(
    components: Iterable[Mapping[str, Any]], base: Path = ("components",)
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every component, depth first in order of appearance, with its path as Discord's errors name it."""
    for index, component in enumerate(components):
        path = (*base, index)
        yield path, dict(component)
        yield from walk_children(component, path)


def walk_children(component: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The components inside this one."""
    children = component.get("components")
    if isinstance(children, list):
        yield from walk([child for child in children if isinstance(child, dict)], (*path, "components"))
    for key in ("accessory", "component"):
        child = component.get(key)
        if isinstance(child, dict):
            yield (*path, key), child
            yield from walk_children(child, (*path, key))


def of_type(components: Iterable[Mapping[str, Any]], *types: int) -> list[dict[str, Any]]:
    """Every component of these types, in order of appearance."""
    return [component for _, component in walk(components) if component.get("type") in types]


def text(content: str, embeds: Iterable[Mapping[str, Any]], components: Iterable[Mapping[str, Any]]) -> str:
    """All text that a person reads, a line each."""
    parts = [content]
    for embed in embeds:
        parts += [embed.get("title", ""), embed.get("description", "")]
        for row in embed.get("fields", []):
            parts += [row.get("name", ""), row.get("value", "")]
        parts.append((embed.get("footer") or {}).get("text", ""))
    parts += [component["content"] for component in of_type(components, TEXT_DISPLAY)]
    return "\n".join(part for part in parts if part)


def buttons(components: Iterable[Mapping[str, Any]]) -> list[Button]:
    """The buttons, in order of appearance."""
    return [
        Button(
            label=component.get("label") or "",
            custom_id=component.get("custom_id"),
            disabled=bool(component.get("disabled")),
            style=component.get("style", 0),
            emoji=(component.get("emoji") or {}).get("name"),
            url=component.get("url"),
        )
        for component in of_type(components, BUTTON)
    ]


def select_of(component: Mapping[str, Any]) -> Select:
    """A select menu with its defaults filled in (one value unless it says otherwise)."""
    least, most = component.get("min_values"), component.get("max_values")
    return Select(
        type=component["type"],
        custom_id=component["custom_id"],
        placeholder=component.get("placeholder") or "",
        disabled=bool(component.get("disabled")),
        options=list(component.get("options") or []),
        min_values=1 if least is None else least,
        max_values=1 if most is None else most,
    )


def selects(components: Iterable[Mapping[str, Any]]) -> list[Select]:
    """The select menus, in order of appearance."""
    return [select_of(component) for component in of_type(components, *SELECTS)]


def media(component: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The media items that a thumbnail, gallery or file component shows."""
    match component.get("type"):
        case 11:
            return [component["media"]]
        case 12:
            return [item["media"] for item in component["items"]]
        case 13:
            return [component["file"]]
        case _:
            return []


def attachment_ids(components: Iterable[Mapping[str, Any]], kinds: set[int] | None = None) -> set[int]:
    """Ids of the uploads that components show (`kinds`: only by components of these types)."""
    found: set[int] = set()
    for _, component in walk(components):
        if kinds is None or component.get("type") in kinds:
            found |= {int(item["attachment_id"]) for item in media(component) if "attachment_id" in item}
    return found


def gallery(components: Iterable[Mapping[str, Any]], by_id: Mapping[int, Attachment]) -> list[GalleryItem]:
    """The items of every media gallery, in order of appearance."""
    return [
        GalleryItem(
            url=item["media"]["url"],
            description=item.get("description"),
            spoiler=bool(item.get("spoiler")),
            attachment=by_id.get(int(item["media"].get("attachment_id", 0))),
        )
        for component in of_type(components, MEDIA_GALLERY)
        for item in component["items"]
    ]
