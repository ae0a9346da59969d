// Components of a message: rows of buttons and menus, and Components V2.

import { h, webAddress } from "./dom.js";
import { act } from "./interact.js";
import { markdown } from "./markdown.js";
import { fileCard, gallery, medium } from "./media.js";
import { emojiText, picker, things } from "./picker.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const KINDS = { 5: ["user"], 6: ["role"], 7: ["user", "role"], 8: ["channel"] };
const CHOOSE = { 3: "Make a selection", 5: "Choose people", 6: "Choose roles", 7: "Choose people or roles", 8: "Choose channels" };

export function components(list, message) {
  return list.map((item) => component(item, message));
}

function component(item, message) {
  switch (item.type) {
    case 1:
      return h("div", { class: "row" }, components(item.components, message));
    case 2:
      return button(item, message);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return menu(item, message);
    case 9:
      return h("div", { class: "section" }, h("div", { class: "section-text" }, components(item.components, message)), h("div", { class: "accessory" }, component(item.accessory, message)));
    case 10:
      return h("div", { class: "md" }, markdown(item.content));
    case 11:
      return h("div", { class: "thumbnail" }, medium({ ...item.media, description: item.description, spoiler: item.spoiler }, message.id));
    case 12:
      return gallery(item.items, message.id);
    case 13:
      return file(item, message);
    case 14:
      return item.divider === false ? h("div", { class: `gap s${item.spacing ?? 1}`, "aria-hidden": "true" }) : h("hr", { class: `s${item.spacing ?? 1}` });
    case 17:
      return container(item, message);
    default:
      return h("p", { class: "failure" }, `The sandbox's page does not show components of type ${item.type}.`);
  }
}

function container(item, message) {
  const inner = components(item.components, message);
  const node = h("div", { class: item.accent_color === null || item.accent_color === undefined ? "container" : "container accented" }, inner);
  if (item.accent_color !== null && item.accent_color !== undefined) node.style.setProperty("--accent", `#${item.accent_color.toString(16).padStart(6, "0")}`);
  if (item.spoiler) {
    const cover = h("button", { class: "cover", type: "button", onclick: () => (cover.remove(), node.classList.remove("covered")) }, "Spoiler");
    node.classList.add("covered");
    node.append(cover);
  }
  return node;
}

function file(item, message) {
  const upload = message.uploads[item.file.attachment_id] ?? {};
  return fileCard({ url: item.file.url, filename: item.name ?? upload.name ?? "file", size: item.size ?? upload.size });
}

function button(item, message) {
  const words = [item.emoji ? h("span", { class: "emoji", "aria-hidden": item.label ? "true" : null }, emojiText(item.emoji)) : null, item.label ?? null];
  if (item.style === 5) {
    const href = webAddress(item.url);
    return h("a", { class: "button link", href, target: "_blank", rel: "noopener noreferrer" }, words, h("span", { "aria-hidden": "true" }, " ↗"));
  }
  const node = h("button", { class: `button ${STYLES[item.style] ?? "secondary"}`, type: "button", disabled: item.disabled, "data-key": item.custom_id }, words);
  node.addEventListener("click", () => act(message.id, node, "click", { message: message.id, custom_id: item.custom_id }));
  return node;
}

function menu(item, message) {
  const most = item.max_values ?? 1;
  const text = item.type === 3;
  const chosen = text ? item.options.filter((option) => option.default).map((option) => option.value) : (item.default_values ?? []).map((value) => value.id);
  const node = picker({
    label: item.placeholder || CHOOSE[item.type],
    placeholder: item.placeholder || CHOOSE[item.type],
    options: text ? item.options : () => things(KINDS[item.type], item.channel_types),
    least: item.min_values ?? 1,
    most,
    chosen,
    disabled: item.disabled,
    key: item.custom_id,
    done: (values) => act(message.id, node, "select", { message: message.id, custom_id: item.custom_id, values }),
  });
  return node;
}
