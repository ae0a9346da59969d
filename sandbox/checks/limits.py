"""Discord's limits on messages: lengths, counts, which components go where.

Source: Discord developer documentation, resources/message and components/reference. Lengths are in code points,
as Discord counts them. Every check adds to a `FormErrors`, so an answer names all that is wrong, as Discord's does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import look
from sandbox.errors import FormErrors
from sandbox.look import Path

CONTENT = 2000
NONCE = 25
EMBEDS = 10
EMBED_TEXT = 6000
ATTACHMENTS = 10
ALT_TEXT = 1024
REACTIONS = 20
V2_COMPONENTS = 40
V2_TEXT = 4000
LEGACY_ROWS = 5

LEGACY_TOP = frozenset({look.ACTION_ROW})
V2_TOP = frozenset(
    {
        look.ACTION_ROW,
        look.SECTION,
        look.TEXT_DISPLAY,
        look.MEDIA_GALLERY,
        look.FILE,
        look.SEPARATOR,
        look.CONTAINER,
    }
)
IN_CONTAINER = V2_TOP - {look.CONTAINER}
IN_ROW = frozenset({look.BUTTON}) | look.SELECTS

Component = Mapping[str, Any]


def length(errors: FormErrors, path: Path, value: object, most: int, least: int = 0) -> None:
    """A text of `least` to `most` characters; absent is fine when `least` is 0."""
    if value is None:
        if least:
            errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        return
    if not isinstance(value, str):
        errors.add(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
    elif least and least <= most and not least <= len(value) <= most:
        errors.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    elif len(value) > most:
        errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def between(errors: FormErrors, path: Path, value: object, least: int, most: int) -> None:
    """A whole number in a range; absent is fine."""
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        errors.add(path, "NUMBER_TYPE_COERCE", f"Value {value!r} is not an int.")
    elif value < least:
        errors.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
    elif value > most:
        errors.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def count(errors: FormErrors, path: Path, value: object, least: int, most: int) -> list[Any]:
    """A list of `least` to `most` items; gives the list, or an empty one when it is none."""
    if not isinstance(value, list):
        if least or value is not None:
            errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        return []
    if not least <= len(value) <= most:
        errors.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    return value


def check_message(body: Mapping[str, Any], *, v2: bool, base: Path = ()) -> FormErrors:
    """What is wrong with the body of a message to be sent or edited; `v2`: it is one of Components V2."""
    errors = FormErrors()
    length(errors, (*base, "content"), body.get("content"), CONTENT)
    _nonce(errors, (*base, "nonce"), body.get("nonce"))
    embeds = count(errors, (*base, "embeds"), body.get("embeds"), 0, EMBEDS)
    if sum(len(look.text("", [embed], [])) for embed in embeds) > EMBED_TEXT:
        errors.add((*base, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT}")
    attachments = count(errors, (*base, "attachments"), body.get("attachments"), 0, ATTACHMENTS)
    for index, attachment in enumerate(attachments):
        length(errors, (*base, "attachments", index, "description"), attachment.get("description"), ALT_TEXT)
    if v2:
        for name in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(name):
                errors.add(
                    (*base, name),
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    components = body.get("components")
    if components is not None:
        check_components(errors, components, v2=v2, base=(*base, "components"))
    return errors


def _nonce(errors: FormErrors, path: Path, nonce: object) -> None:
    if isinstance(nonce, str) and len(nonce) > NONCE:
        errors.add(path, "NONCE_TYPE_TOO_LONG", f"Nonce must be {NONCE} or fewer characters")


def check_components(errors: FormErrors, components: object, *, v2: bool, base: Path) -> None:
    """The components of a message."""
    top = count(errors, base, components, 0, V2_COMPONENTS if v2 else LEGACY_ROWS)
    _children(errors, top, base, V2_TOP if v2 else LEGACY_TOP)
    everything = list(look.walk([item for item in top if isinstance(item, dict)], base))
    _unique(errors, everything)
    if not v2:
        return
    if len(everything) > V2_COMPONENTS:
        errors.add(
            base,
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components ({len(everything)}) exceeds the maximum of {V2_COMPONENTS}",
        )
    text = sum(len(item.get("content") or "") for _, item in everything if item.get("type") == look.TEXT_DISPLAY)
    if text > V2_TEXT:
        errors.add(
            base,
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The displayable text size ({text}) exceeds the maximum of {V2_TEXT}",
        )


def _unique(errors: FormErrors, everything: list[tuple[Path, dict[str, Any]]]) -> None:
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen = Counter(item[key] for _, item in everything if item.get(key))
        for path, item in everything:
            if item.get(key) and seen[item[key]] > 1:
                errors.add((*path, key), code, f"Component {key.replace('_', ' ')} cannot be duplicated")


def _children(errors: FormErrors, children: list[Any], base: Path, allowed: frozenset[int]) -> None:
    for index, child in enumerate(children):
        _component(errors, child, (*base, index), allowed)


def _component(errors: FormErrors, component: object, path: Path, allowed: frozenset[int]) -> None:
    if not isinstance(component, dict):
        errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    kind = component.get("type")
    if kind not in allowed:
        choices = ", ".join(str(item) for item in sorted(allowed))
        errors.add((*path, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({choices}).')
        return
    _RULES[kind](errors, component, path)


def _row(errors: FormErrors, row: Component, path: Path) -> None:
    path = (*path, "components")
    children = count(errors, path, row.get("components"), 1, 5)
    _children(errors, children, path, IN_ROW)
    menus = [child for child in children if isinstance(child, dict) and child.get("type") in look.SELECTS]
    if menus and len(children) > 1:
        errors.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")


def _button(errors: FormErrors, button: Component, path: Path) -> None:
    length(errors, (*path, "label"), button.get("label"), 80)
    style = button.get("style")
    between(errors, (*path, "style"), style, 1, 6)
    if style in (look.LINK_STYLE, 6):
        if button.get("custom_id"):
            errors.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_INVALID", "A link has no custom id")
        wanted = "url" if style == look.LINK_STYLE else "sku_id"
        length(errors, (*path, wanted), button.get(wanted), 512, 1)
    else:
        length(errors, (*path, "custom_id"), button.get("custom_id"), 100, 1)
    if style != 6 and not button.get("label") and not button.get("emoji"):
        errors.add(path, "BUTTON_COMPONENT_LABEL_EMOJI_REQUIRED", "A button needs a label or an emoji")


def check_select(errors: FormErrors, select: Component, path: Path) -> None:
    """A select menu, in a message or a modal."""
    length(errors, (*path, "custom_id"), select.get("custom_id"), 100, 1)
    length(errors, (*path, "placeholder"), select.get("placeholder"), 150)
    between(errors, (*path, "min_values"), select.get("min_values"), 0, 25)
    between(errors, (*path, "max_values"), select.get("max_values"), 1, 25)
    if select.get("type") == look.STRING_SELECT:
        check_options(errors, select, path, 25)


def check_options(errors: FormErrors, owner: Component, path: Path, most: int, least: int = 1) -> None:
    """The options of a string select, radio or checkbox group."""
    options = count(errors, (*path, "options"), owner.get("options"), least, most)
    seen = Counter(option.get("value") for option in options)
    for index, option in enumerate(options):
        here = (*path, "options", index)
        length(errors, (*here, "label"), option.get("label"), 100, 1)
        length(errors, (*here, "value"), option.get("value"), 100, 1)
        length(errors, (*here, "description"), option.get("description"), 100)
        if seen[option.get("value")] > 1:
            errors.add(
                (*here, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
    chosen = owner.get("max_values")
    if isinstance(chosen, int) and options and chosen > len(options):
        errors.add((*path, "max_values"), "NUMBER_TYPE_MAX", "More values than there are options")


def _section(errors: FormErrors, section: Component, path: Path) -> None:
    texts = count(errors, (*path, "components"), section.get("components"), 1, 3)
    _children(errors, texts, (*path, "components"), frozenset({look.TEXT_DISPLAY}))
    accessory = section.get("accessory")
    _component(errors, accessory, (*path, "accessory"), frozenset({look.BUTTON, look.THUMBNAIL}))


def _text_display(errors: FormErrors, display: Component, path: Path) -> None:
    length(errors, (*path, "content"), display.get("content"), V2_TEXT, 1)


def _media(errors: FormErrors, item: object, path: Path) -> None:
    url = item.get("url") if isinstance(item, dict) else None
    length(errors, (*path, "url"), url, 2048, 1)
    if isinstance(url, str) and not url.startswith(("attachment://", "https://", "http://")):
        errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment').")


def _thumbnail(errors: FormErrors, thumbnail: Component, path: Path) -> None:
    _media(errors, thumbnail.get("media"), (*path, "media"))
    length(errors, (*path, "description"), thumbnail.get("description"), ALT_TEXT)


def _gallery(errors: FormErrors, gallery: Component, path: Path) -> None:
    for index, item in enumerate(count(errors, (*path, "items"), gallery.get("items"), 1, 10)):
        here = (*path, "items", index)
        _media(errors, item.get("media"), (*here, "media"))
        length(errors, (*here, "description"), item.get("description"), ALT_TEXT)


def _file(errors: FormErrors, file: Component, path: Path) -> None:
    item = file.get("file")
    _media(errors, item, (*path, "file"))
    url = item.get("url") if isinstance(item, dict) else None
    if isinstance(url, str) and url.startswith(("http://", "https://")) and "/attachments/" not in url:
        errors.add((*path, "file", "url"), "URL_TYPE_INVALID_SCHEME", "Only attachment:// references are allowed.")


def _separator(errors: FormErrors, separator: Component, path: Path) -> None:
    between(errors, (*path, "spacing"), separator.get("spacing"), 1, 2)


def _container(errors: FormErrors, container: Component, path: Path) -> None:
    between(errors, (*path, "accent_color"), container.get("accent_color"), 0, 0xFFFFFF)
    children = count(errors, (*path, "components"), container.get("components"), 1, V2_COMPONENTS)
    _children(errors, children, (*path, "components"), IN_CONTAINER)


_RULES: dict[int, Callable[[FormErrors, Component, Path], None]] = {
    look.ACTION_ROW: _row,
    look.BUTTON: _button,
    **dict.fromkeys(look.SELECTS, check_select),
    look.SECTION: _section,
    look.TEXT_DISPLAY: _text_display,
    look.THUMBNAIL: _thumbnail,
    look.MEDIA_GALLERY: _gallery,
    look.FILE: _file,
    look.SEPARATOR: _separator,
    look.CONTAINER: _container,
}
