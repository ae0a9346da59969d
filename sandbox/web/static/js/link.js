// The connection to the sandbox: what it tells, and what is asked of it.

import { $ } from "./dom.js";

const waiting = new Map();
let socket = null;
let number = 0;
let told = () => {};
let opened = async () => {};
let delay = 300;

/** Connect, and again whenever the connection is lost. `tell(name, value)` for news; `open()` after each connecting. */
export function connect(tell, open) {
  told = tell;
  opened = open;
  begin();
}

function begin() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
  socket.addEventListener("open", async () => {
    delay = 300;
    $("offline").hidden = true;
    try {
      await opened();
    } catch (error) {
      offline(error.message);
    }
  });
  socket.addEventListener("message", (event) => {
    const body = JSON.parse(event.data);
    if ("tell" in body) {
      told(body.tell, body.value);
      return;
    }
    const call = waiting.get(body.re);
    waiting.delete(body.re);
    if (call === undefined) return;
    if ("error" in body) call.fail(new Error(body.error));
    else call.done(body.done);
  });
  socket.addEventListener("close", () => {
    for (const call of waiting.values()) call.fail(new Error("The connection to the sandbox was lost."));
    waiting.clear();
    offline("The sandbox does not answer. If it was started anew, open the link that it printed. Trying again…");
    setTimeout(begin, delay);
    delay = Math.min(delay * 2, 5000);
  });
}

function offline(words) {
  $("offline").textContent = words;
  $("offline").hidden = false;
}

/** Ask the sandbox to do something; gives what came of it, or throws an error whose message is for the person. */
export function ask(what, body = {}) {
  return new Promise((done, fail) => {
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      fail(new Error("There is no connection to the sandbox."));
      return;
    }
    const id = ++number;
    waiting.set(id, { done, fail });
    socket.send(JSON.stringify({ ...body, id, do: what }));
  });
}

/** Hand up a file; gives the number by which it is used. */
export async function handUp(file) {
  const answer = await fetch(`/upload/${encodeURIComponent(file.name || "file")}`, { method: "POST", body: file });
  const body = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok || !body.upload) throw new Error(body.error ?? `${file.name} could not be taken (${answer.status}).`);
  return body.upload;
}
