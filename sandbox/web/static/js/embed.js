// Embeds.

import { h, webAddress } from "./dom.js";
import { markdown } from "./markdown.js";
import { medium } from "./media.js";
import { stamp } from "./time.js";

/** One embed of a message. */
export function embed(item, messageId) {
  const linked = (words, url) => {
    const href = url ? webAddress(url) : null;
    return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, words) : words;
  };
  const picture = (media, className) => (media?.url ? h("div", { class: className }, medium({ ...media, description: "" }, messageId)) : null);
  const fields = (item.fields ?? []).map((field) => h("div", { class: field.inline ? "embed-field inline" : "embed-field" }, h("h4", {}, markdown(field.name, { inline: true })), h("div", { class: "md" }, markdown(field.value))));
  const foot = [item.footer?.text, item.timestamp ? stamp(item.timestamp) : null].filter(Boolean);
  const node = h("article", { class: "embed" },
    h("div", { class: "embed-words" },
      item.provider?.name ? h("p", { class: "provider" }, item.provider.name) : null,
      item.author?.name ? h("p", { class: "embed-author" }, linked(item.author.name, item.author.url)) : null,
      item.title ? h("h3", {}, linked(markdown(item.title, { inline: true }), item.url)) : null,
      item.description ? h("div", { class: "md" }, markdown(item.description)) : null,
      fields.length ? h("div", { class: "embed-fields" }, fields) : null),
    picture(item.thumbnail, "embed-thumb"),
    picture(item.image, "embed-image"),
    item.video?.url ? picture(item.video, "embed-image") : null,
    foot.length ? h("p", { class: "embed-foot" }, foot.flatMap((one, index) => (index ? [" · ", one] : [one]))) : null);
  if (item.color) node.style.setProperty("--accent", `#${item.color.toString(16).padStart(6, "0")}`);
  return node;
}
