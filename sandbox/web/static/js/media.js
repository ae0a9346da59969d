// Pictures, films and files. Only what this sandbox serves is loaded: nothing leaves the machine.

import { bytes, dialog, h, localMedia, webAddress } from "./dom.js";
import { spoiler } from "./markdown.js";

const kept = new Map();
const handed = new Set();

/** The same element for the same file of the same message, so that nothing is loaded again when it is redrawn. */
function keep(name, make) {
  // A message may show one file twice.
  let key = name;
  while (handed.has(key)) key += "+";
  if (!handed.size) queueMicrotask(() => handed.clear());
  handed.add(key);
  let node = kept.get(key);
  if (!node) {
    node = make();
    kept.set(key, node);
    if (kept.size > 400) kept.delete(kept.keys().next().value);
  }
  return node;
}

const isVideo = (kind, url) => kind?.startsWith("video/") || (!kind && /\.(mp4|webm|mov)(\?|$)/i.test(url));
const isAudio = (kind) => kind?.startsWith("audio/");
const isPicture = (kind, url) => kind?.startsWith("image/") || (!kind && /\.(png|jpe?g|gif|webp)(\?|$)/i.test(url));

/** A place for what lies elsewhere: it is named and linked, never loaded. */
function elsewhere(url, description) {
  const href = webAddress(url);
  return h("span", { class: "elsewhere" }, h("span", { "aria-hidden": "true" }, "🌐"), h("span", {}, description || "A picture from elsewhere: the sandbox loads nothing from outside this machine. "), href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, new URL(href).hostname) : null);
}

function size(node, width, height) {
  if (!width || !height) return;
  node.setAttribute("width", width);
  node.setAttribute("height", height);
}

/** One medium. `all`: the gallery's pictures, to leaf through when it is opened large. */
export function medium(item, messageId, all = [item]) {
  const { url, description } = item;
  const kind = item.content_type;
  const source = localMedia(url);
  if (source === null) return elsewhere(url, description);
  const key = `${messageId} ${source}`;
  if (isVideo(kind, url)) return hidden(item, keep(key, () => film(source, description)));
  if (isAudio(kind)) return keep(key, () => h("audio", { src: source, controls: true, preload: "metadata", "aria-label": description || "Sound" }));
  if (!isPicture(kind, url) || kind?.startsWith("image/svg")) return fileCard({ url, filename: source.split("/").at(-1) });
  const picture = keep(key, () => {
    const image = h("img", { src: source, alt: description || "", loading: "lazy", decoding: "async" });
    size(image, item.width, item.height);
    return image;
  });
  const label = description ? `Open large: ${description}` : "Open the picture large";
  const button = h("button", { class: "picture", type: "button", "aria-label": label, title: description || null, onclick: () => lightbox(all, all.indexOf(item)) }, picture);
  return hidden(item, button);
}

const hidden = (item, node) => (item.spoiler ? spoiler(node) : node);

function film(source, description) {
  const video = h("video", { src: source, controls: true, preload: "metadata", playsinline: true, "aria-label": description || "Film" });
  video.addEventListener("error", () => video.after(h("p", { class: "failure" }, "This browser cannot play the film: ", video.error?.message || "unknown format")), { once: true });
  return video;
}

/** A gallery: one to ten pictures or films. */
export function gallery(items, messageId) {
  const media = items.map((item) => ({ ...item.media, description: item.description, spoiler: item.spoiler }));
  const pictures = media.filter((item) => localMedia(item.url) && !isVideo(item.content_type, item.url));
  return h("div", { class: `gallery n${Math.min(media.length, 10)}` }, media.map((item) => h("div", { class: "cell" }, medium(item, messageId, pictures))));
}

/** An attachment of a plain message, or a file component. */
export function attachment(item, messageId) {
  const media = { ...item, spoiler: item.filename?.startsWith("SPOILER_") };
  const shown = isVideo(item.content_type, item.url) || isAudio(item.content_type) || (isPicture(item.content_type, item.url) && !item.content_type?.startsWith("image/svg"));
  return shown ? h("div", { class: "attached" }, medium(media, messageId)) : fileCard(item);
}

export function fileCard({ url, filename, size: count, description }) {
  const source = localMedia(url);
  const name = source ? h("a", { href: source, download: filename, title: description || null }, filename) : h("span", {}, filename ?? "file");
  return h("div", { class: "file" }, h("span", { class: "paper", "aria-hidden": "true" }, "📄"), h("span", { class: "words" }, name, count === undefined || count === null ? null : h("small", {}, bytes(count))));
}

/** A picture large, with its neighbours. */
function lightbox(items, start) {
  let at = Math.max(0, start);
  const image = h("img", {});
  const words = h("figcaption", {});
  const count = h("span", { class: "count" });
  const original = h("a", { target: "_blank", rel: "noopener" }, "Open in a new tab");
  const show = (next) => {
    at = (next + items.length) % items.length;
    const item = items[at];
    image.src = localMedia(item.url);
    image.alt = item.description || "";
    words.textContent = item.description || "";
    count.textContent = items.length > 1 ? `${at + 1} of ${items.length}` : "";
    original.href = localMedia(item.url);
  };
  const several = items.length > 1;
  const node = dialog("Picture", "lightbox light",
    h("div", { class: "lightbox-bar" }, count, h("span", { class: "grow" }), original, h("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: () => node.close() }, "✕")),
    h("figure", {}, image, words),
    several ? h("button", { class: "turn left", type: "button", "aria-label": "Previous picture", onclick: () => show(at - 1) }, "‹") : null,
    several ? h("button", { class: "turn right", type: "button", "aria-label": "Next picture", onclick: () => show(at + 1) }, "›") : null);
  node.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  show(at);
}
