"""A stand-in for AUTOMATIC1111's WebUI, Forge or SD.Next, on loopback: the HTTP contract without the GPU.

It paints one request after the other (a lock, first come first served), switches checkpoints at a cost, has LoRAs,
options, overrides, progress, previews and interrupts, and goes wrong on command. Tests have it paint simple pictures;
started by hand it paints with the storyboard painter: ``python -m tests.images.webui_stand_in --port 7860``.
Faults on command from outside: ``POST /stand-in/fail {"faults": ["cut", "oom"]}``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import contextlib
import hashlib
import io
import json
import re
import struct
import sys
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from aiohttp import web
from PIL import Image, ImageDraw, PngImagePlugin

Flavour = Literal["a1111", "forge", "sdnext"]
#: What the next txt2img can be told to do instead of its work.
Fault = Literal[
    "reset", "cut", "html", "validation", "error", "lost_cause", "oom", "hang", "broken_base64", "truncated_png",
    "bomb", "not_an_image", "too_few", "data_uri", "grid", "no_info", "list", "jpeg", "extra_images", "busy",
    "redirect", "too_many", "wrong_model", "no_lora", "black", "blank", "repeated", "text_500", "unauthorized", "small",
]  # fmt: skip
Paint = Callable[[dict[str, Any], int], bytes]

CHECKPOINTS = ("storybook_v3", "ink_and_wash_xl")
LORAS = ("mara_v2", "red_cloak")
FAULTS = frozenset(get_args(Fault))
SAMPLERS = ("DPM++ 2M", "DPM++ SDE", "Euler", "Euler a", "DDIM")
SCHEDULERS = {"automatic": "Automatic", "karras": "Karras", "sgm_uniform": "SGM Uniform"}
UPSCALERS = ("Latent", "Latent (bicubic)", "None", "R-ESRGAN 4x+")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "prompt": str, "negative_prompt": str, "seed": int, "steps": int,
    "subseed": int, "subseed_strength": (int, float), "cfg_scale": (int, float),
    "width": int, "height": int,
    "n_iter": int, "batch_size": int, "sampler_name": str, "scheduler": str, "send_images": bool, "save_images": bool,
    "alwayson_scripts": dict, "override_settings": dict, "force_task_id": str, "enable_hr": bool,
    "hr_scale": (int, float), "hr_upscaler": str, "denoising_strength": (int, float), "hr_second_pass_steps": int,
}  # fmt: skip


def simple_picture(request: dict[str, Any], seed: int) -> bytes:
    """A PNG whose colours come from prompt and seed, with the WebUI's text chunk."""
    width, height = int(request["width"]), int(request["height"])
    digest = hashlib.sha256(f"{request['prompt']}|{seed}".encode("utf-8", "replace")).digest()
    image = Image.new("RGB", (width, height), (digest[0], digest[1], digest[2]))
    draw = ImageDraw.Draw(image)
    for at in range(5):
        x, y, r = digest[3 + at] * width // 256, digest[9 + at] * height // 256, 8 + digest[15 + at] % 60
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(digest[20 + at], digest[at], digest[25 + at]))
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", f"{request['prompt']}\nSteps: {request['steps']}, Seed: {seed}, Size: {width}x{height}")
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _counted(request: dict[str, Any]) -> int:
    """Which seed counts up within a batch: with a strength it is the subseed, and all have the same seed."""
    return int(request["subseed" if request.get("subseed_strength") else "seed"])


def flat_picture(request: dict[str, Any], colour: tuple[int, int, int]) -> bytes:
    """What a safety filter or a broken VAE leaves of a picture."""
    out = io.BytesIO()
    Image.new("RGB", (int(request["width"]), int(request["height"])), colour).save(out, "PNG")
    return out.getvalue()


def storyboard_picture(request: dict[str, Any], seed: int) -> bytes:
    """A sketch, as this machine's own painter draws it."""
    from storycore.images.storyboard.painter import paint

    prompt = re.sub(r"<lora:[^>]*>", "", str(request["prompt"]))
    return paint(prompt, str(request["negative_prompt"]), seed, int(request["width"]), int(request["height"]))


def bomb_png(side: int = 30_000) -> bytes:
    """A few bytes that say they are a picture of ``side`` by ``side`` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4000))
        + chunk(b"IEND", b"")
    )


@dataclass(slots=True)
class _Task:
    id_task: str
    request: dict[str, Any]
    done: int = 0
    painting: asyncio.Task[bytes] | None = None
    active: bool = False
    interrupted: bool = False


@dataclass
class WebuiStandIn:
    """One host. Use ``async with WebuiStandIn().running() as host`` and ``host.url``.

    ``seconds`` is how long a picture takes. ``received`` holds the bodies of all txt2img requests, ``interrupted`` the
    ids of the tasks that an interrupt hit ("" for nobody's).
    """

    flavour: Flavour = "a1111"
    user: str = ""
    password: str = ""
    api: bool = True
    task_progress: bool = True
    seconds: float = 0.02
    #: Seconds between the order to stop and its effect.
    slow_interrupts: float = 0.0
    #: No picture becomes ready while this is set.
    paused: bool = False
    #: What loading a checkpoint costs, seconds.
    switch_seconds: float = 0.0
    checkpoints: tuple[str, ...] = CHECKPOINTS
    loras: tuple[str, ...] = LORAS
    #: Extensions it has, by the titles of their scripts in small letters, and what its portraits are made with.
    extensions: tuple[str, ...] = ()
    controlnet_models: tuple[str, ...] = ()
    ip_adapters: tuple[str, ...] = ()
    vaes: tuple[str, ...] = ()
    #: Textual inversions that fit the checkpoint loaded, and those that do not.
    embeddings: tuple[str, ...] = ()
    skipped_embeddings: tuple[str, ...] = ()
    checkpoint: str = CHECKPOINTS[0]
    paint: Paint = simple_picture
    port: int = 0
    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    #: What happened to which task, in order: ``begin``, ``order`` (to stop), ``interrupt`` (its effect), ``end``.
    events: list[tuple[str, str]] = field(default_factory=list)
    asked_progress: int = 0
    most_at_once: int = 0
    switches: int = 0
    #: Seconds for which it was at work, switches included.
    busy_seconds: float = 0.0
    #: Seconds for which it had a request in hand: from when that came in until its answer was written.
    in_hand_seconds: float = 0.0
    #: Requests whose picture was painted to the end, and the moment each began (``loop.time``).
    begun: list[tuple[str, float]] = field(default_factory=list)
    ended: float = 0.0
    _faults: deque[Fault] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: list[_Task] = field(default_factory=list)
    _running: _Task | None = None
    _finished: deque[str] = field(default_factory=lambda: deque(maxlen=16))
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _open: int = 0

    def fail_next(self, *faults: Fault) -> None:
        """The next txt2img requests go wrong, one after the other."""
        self._faults.extend(faults)

    @property
    def running_task(self) -> str:
        """The id of the task being painted, or ""."""
        return self._running.id_task if self._running is not None else ""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[WebuiStandIn]:
        """Listen on loopback until the block ends."""
        runner = web.AppRunner(self.app(), shutdown_timeout=0.2, handler_cancellation=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        port = runner.addresses[0][1]
        login = f"{self.user}:{self.password}@" if self.user else ""
        self.url = f"http://{login}127.0.0.1:{port}"
        try:
            yield self
        finally:
            self._released.set()
            await runner.cleanup()

    def app(self) -> web.Application:
        """The routes of this flavour."""
        app = web.Application(middlewares=[self._guard], client_max_size=64 * 1024**2)
        routes: list[web.RouteDef] = [web.post("/stand-in/fail", self._fail), web.get("/stand-in", self._account)]
        if self.api:
            routes += [
                web.get("/sdapi/v1/loras", self._loras),
                web.get("/sdapi/v1/upscalers", self._upscalers),
                web.get("/sdapi/v1/embeddings", self._embeddings),
                web.post("/sdapi/v1/txt2img", self._txt2img),
                web.get("/sdapi/v1/progress", self._progress),
                web.post("/sdapi/v1/interrupt", self._interrupt),
                web.get("/sdapi/v1/options", self._options),
                web.post("/sdapi/v1/options", self._set_options),
                web.get("/sdapi/v1/sd-models", self._models),
                web.get("/sdapi/v1/samplers", self._samplers),
                web.get("/sdapi/v1/scripts", self._scripts),
                web.get("/sdapi/v1/latent-upscale-modes", self._latent),
            ]
        if self.api and self.flavour != "sdnext":
            routes.append(web.get("/sdapi/v1/schedulers", self._schedulers))
        if self.api and self.flavour != "forge":
            routes.append(web.get("/sdapi/v1/sd-vae", self._modules))
        if self.api and self.controlnet_models:
            routes += [
                web.get("/controlnet/settings", self._controlnet_settings),
                web.get("/controlnet/model_list", self._controlnet_models),
            ]
        if self.api and self.ip_adapters:
            routes.append(web.get("/sdapi/v1/ip-adapters", self._adapters))
        if self.api and self.flavour == "forge":
            routes.append(web.get("/sdapi/v1/sd-modules", self._modules))
        if self.api and self.flavour == "sdnext":
            routes.append(web.get("/sdapi/v1/version", self._version))
        if self.task_progress:
            routes += [
                web.post("/internal/progress", self._internal_progress),
                web.get("/internal/pending-tasks", self._pending),
            ]
        app.add_routes(routes)
        return app

    # -- errors, in this flavour's envelope

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        if self.user and request.path.startswith("/sdapi/"):
            wrong = self._login_wrong(request.headers.get("Authorization", ""))
            if wrong:
                return self._refusal(401, wrong)
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            return web.json_response({"detail": error.reason}, status=error.status)
        return response

    def _login_wrong(self, header: str) -> str:
        if not header.startswith("Basic "):
            return "Not authenticated"
        try:
            given = base64.b64decode(header[6:]).decode()
        except (binascii.Error, UnicodeDecodeError):
            return "Incorrect username or password"
        return "" if given == f"{self.user}:{self.password}" else "Incorrect username or password"

    def _refusal(self, status: int, detail: str) -> web.Response:
        if self.flavour == "a1111":
            body = {"error": "HTTPException", "detail": detail, "body": "", "errors": ""}
            return web.json_response(body, status=status)
        if self.flavour == "sdnext":
            return web.json_response({"error": "HTTPException", "code": status, "detail": detail}, status=status)
        return web.json_response({"detail": detail}, status=status)

    def _crash(self, kind: str, text: str) -> web.Response:
        if self.flavour == "forge":
            return web.Response(status=500, text="Internal Server Error")
        if self.flavour == "sdnext":
            return web.json_response({"error": kind, "code": 500, "detail": text}, status=500)
        return web.json_response({"error": kind, "detail": "", "body": "", "errors": text}, status=500)

    # -- generating

    async def _txt2img(self, http: web.Request) -> web.StreamResponse:
        came_in = asyncio.get_running_loop().time()
        response = await self._painted_or_not(http)
        if not response.prepared:
            with contextlib.suppress(ConnectionError):  # whoever asked has hung up
                await response.prepare(http)
                await response.write_eof()
        self.in_hand_seconds += asyncio.get_running_loop().time() - came_in
        return response

    async def _painted_or_not(self, http: web.Request) -> web.StreamResponse:
        given = await http.json()
        self.received.append(given)
        wrong = next(
            (
                name
                for name, kind in _TYPES.items()
                if given.get(name) is not None and not isinstance(given[name], kind)
            ),
            "",
        )
        if wrong:
            detail = [{"loc": ["body", wrong], "msg": "wrong type", "type": "type_error"}]
            return web.json_response({"detail": detail}, status=422)
        unknown = [name for name in given.get("alwayson_scripts") or {} if name.lower() not in self.extensions]
        for script in unknown:
            return self._refusal(422, f"Script '{script}' not found")
        vae = "forge_additional_modules" if self.flavour == "forge" else "sd_vae"
        for key in given.get("override_settings") or {}:
            if key not in ("sd_model_checkpoint", "CLIP_stop_at_last_layers", vae):
                return self._crash("KeyError", f"'{key}'")
        if given.get("enable_hr") and given.get("hr_upscaler") not in UPSCALERS:
            return self._crash("Exception", f"could not find upscaler named {given.get('hr_upscaler')}")
        if given.get("enable_hr") and self.flavour == "forge" and not given.get("hr_additional_modules"):
            return self._crash("TypeError", "argument of type 'NoneType' is not iterable")
        if self.flavour == "sdnext" and given.get("sampler_name", "Euler") not in SAMPLERS:
            return self._refusal(404, "Sampler not found")
        fault = self._faults.popleft() if self._faults else None
        if fault is not None:
            answer = await self._before(fault, http)
            if answer is not None:
                return answer
        request = {
            "prompt": "",
            "negative_prompt": "",
            "seed": 1,
            "steps": 50,
            "width": 512,
            "height": 512,
            "n_iter": 1,
            "batch_size": 1,
            **given,
        }
        known = self.flavour != "sdnext"
        task = _Task(str(given.get("force_task_id") or "") if known else "task(own)", request)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            images, seeds = await self._painted(task)
        finally:
            self._open -= 1
        return await self._answer(http, request, images, seeds, fault)

    async def _painted(self, task: _Task) -> tuple[list[bytes], list[int]]:
        self._waiting.append(task)
        loop = asyncio.get_running_loop()
        async with self._turn:
            self._waiting.remove(task)
            self._running, task.active = task, True
            began = loop.time()
            self.begun.append((str(task.request["prompt"]), began))
            self.events.append(("begin", task.id_task))
            images, seeds = [], []
            try:
                await self._switch(task)
                for index in range(int(task.request["n_iter"]) * int(task.request["batch_size"])):
                    seed = _counted(task.request) + index
                    ends = loop.time() + self.seconds
                    task.painting = asyncio.create_task(asyncio.to_thread(self.paint, _upscaled(task.request), seed))
                    while (self.paused or loop.time() < ends) and not task.interrupted and not self._released.is_set():
                        await asyncio.sleep(0.02 if self.paused else min(0.05, max(0.0, ends - loop.time())))
                    images.append(await task.painting)
                    seeds.append(seed)
                    task.done = index + 1
                    if task.interrupted:
                        break  # the half-denoised picture is handed out like a whole one
            finally:
                self._running = None
                self.events.append(("end", task.id_task))
                self._finished.append(task.id_task)
                self.ended = loop.time()
                self.busy_seconds += self.ended - began
        if task.interrupted:
            missing = int(task.request["n_iter"]) - len(images)
            images += images[-1:] * missing
            seeds += seeds[-1:] * missing
        return images, seeds

    async def _switch(self, task: _Task) -> None:
        """The checkpoint that the request overrides the options with; an unknown one is dropped without a word."""
        wanted = str((task.request.get("override_settings") or {}).get("sd_model_checkpoint") or "")
        name = wanted.split(".")[0].split(" ")[0]
        if name in self.checkpoints and name != self.checkpoint:
            self.switches += 1
            await asyncio.sleep(self.switch_seconds)
            self.checkpoint = name

    async def _answer(
        self, http: web.Request, request: dict[str, Any], images: list[bytes], seeds: list[int], fault: Fault | None
    ) -> web.StreamResponse:
        if fault in ("black", "blank"):
            images = [flat_picture(request, (0, 0, 0) if fault == "black" else (127, 127, 127)), *images[1:]]
        if fault == "repeated":
            images = [images[0]] * len(images)
        if fault == "small":
            images = [self.paint({**request, "width": 64, "height": 64}, seed) for seed in seeds]
        texts = [base64.b64encode(image).decode() for image in images]
        first = 0
        if fault == "grid" or (request.get("save_images") and len(texts) > 1):
            texts, first = [texts[0], *texts], 1
        texts = _damaged(texts, fault)
        info = {
            "prompt": request["prompt"],
            "all_prompts": [request["prompt"]] * len(seeds),
            "negative_prompt": request["negative_prompt"],
            "seed": request["seed"] if request.get("subseed_strength") else seeds[0],
            "all_seeds": [request["seed"]] * len(seeds) if request.get("subseed_strength") else seeds,
            "all_subseeds": seeds if request.get("subseed_strength") else [1] * len(seeds),
            "width": request["width"],
            "height": request["height"],
            "sampler_name": request.get("sampler_name") or "Euler",
            "cfg_scale": request.get("cfg_scale", 7.0),
            "steps": request["steps"],
            "sd_model_name": "somebody_elses_v1" if fault == "wrong_model" else self.checkpoint,
            "sd_model_hash": _short_hash("other" if fault == "wrong_model" else self.checkpoint),
            "extra_generation_params": self._extras(request, fault),
            "index_of_first_image": first,
            "infotexts": [f"{request['prompt']}\nSeed: {seed}" for seed in seeds],
            "version": "v1.10.1",
        }
        body: Any = {"images": texts, "parameters": request, "info": json.dumps(info)}
        if fault == "no_info":
            body = {"images": texts, "parameters": request, "info": ""}
        if fault == "list":
            body = ["not", "an", "object"]
        if fault == "cut":
            return await _cut(http, json.dumps(body).encode())
        return web.json_response(body)

    def _extras(self, request: dict[str, Any], fault: Fault | None) -> dict[str, str]:
        """An unknown LoRA is left out without a word; the hashes of the others are told."""
        asked = re.findall(r"<lora:([^:>]+)", str(request["prompt"]))
        used = [name for name in asked if name in self.loras and fault != "no_lora"]
        return {"Lora hashes": ", ".join(f"{name}: {_short_hash(name)}" for name in used)} if used else {}

    async def _before(self, fault: Fault, http: web.Request) -> web.StreamResponse | None:
        """What goes wrong before anything is painted; None goes on to paint."""
        if fault == "reset":
            if http.transport is not None:
                http.transport.abort()
            return web.Response()
        if fault == "hang":
            await self._released.wait()
            return web.Response()
        answers: dict[str, Callable[[], web.Response]] = {
            "html": lambda: web.Response(text="<html><body>Welcome to nginx!</body></html>", content_type="text/html"),
            "busy": lambda: web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html"),
            "redirect": lambda: web.Response(status=302, headers={"Location": "/sdapi/v1/txt2img"}),
            "validation": lambda: web.json_response(
                {
                    "detail": [
                        {"loc": ["body", "steps"], "msg": "value is not a valid integer", "type": "type_error.integer"}
                    ]
                },
                status=422,
            ),
            "text_500": lambda: web.Response(status=500, text="Internal Server Error"),
            "unauthorized": lambda: self._refusal(401, "Incorrect username or password"),
            "error": lambda: self._crash("RuntimeError", "model 'x' not found"),
            "lost_cause": lambda: self._crash("ExceptionGroup", "unhandled errors in a TaskGroup (1 sub-exception)"),
            "oom": lambda: self._crash("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.25 GiB"),
        }
        return answers[fault]() if fault in answers else None

    # -- progress and the rest

    async def _progress(self, http: web.Request) -> web.Response:
        self.asked_progress += 1
        task = self._running
        state = {
            "skipped": False,
            "interrupted": False,
            "job": "",
            "job_count": 0,
            "job_no": 0,
            "sampling_step": 0,
            "sampling_steps": 0,
        }
        share = 0.0
        if task is not None:
            share = 0.01 if self.flavour == "forge" else max(0.01, task.done / max(1, int(task.request["n_iter"])))
            state |= {"job": "scripts_txt2img", "job_count": int(task.request["n_iter"]), "job_no": task.done}
        left = (1 - share) * self.seconds if task else 0.0
        return web.json_response(
            {"progress": share, "eta_relative": left, "state": state, "current_image": None, "textinfo": None}
        )

    async def _internal_progress(self, http: web.Request) -> web.Response:
        self.asked_progress += 1
        question = await http.json()
        asked = question.get("id_task", "")
        task = self._running
        mine = task is not None and task.id_task == asked
        queued = any(waiting.id_task == asked for waiting in self._waiting)
        share = task.done / max(1, int(task.request["n_iter"])) if mine and task is not None else None
        return web.json_response({
            "active": mine, "queued": queued, "completed": asked in self._finished, "progress": share,
            "eta": None if share is None else (1 - share) * self.seconds,
            **self._preview(question, task if mine else None),
            "textinfo": "In queue: 1/1" if queued else None,
        })  # fmt: skip

    def _preview(self, question: dict[str, Any], task: _Task | None) -> dict[str, Any]:
        """A live preview, where it is asked for and there is a newer one."""
        nothing = {"live_preview": None, "id_live_preview": question.get("id_live_preview", -1)}
        if task is None or not question.get("live_preview") or question.get("id_live_preview") == task.done:
            return nothing
        small = {**task.request, "width": 128, "height": 72}
        data = base64.b64encode(simple_picture(small, int(task.request["seed"]) + task.done)).decode()
        return {"live_preview": f"data:image/png;base64,{data}", "id_live_preview": task.done}

    async def _pending(self, http: web.Request) -> web.Response:
        tasks = [task.id_task for task in self._waiting]
        return web.json_response({"size": len(tasks), "tasks": tasks})

    async def _interrupt(self, http: web.Request) -> web.Response:
        self.events.append(("order", self.running_task))
        await asyncio.sleep(self.slow_interrupts)
        self.interrupted.append(self.running_task)
        self.events.append(("interrupt", self.running_task))
        if self._running is not None:
            self._running.interrupted = True
        return web.Response(status=204) if self.flavour == "sdnext" else web.json_response({})

    async def _options(self, http: web.Request) -> web.Response:
        title = f"{self.checkpoint}.safetensors [{_short_hash(self.checkpoint)}]"
        return web.json_response({"sd_model_checkpoint": title, "samples_format": "png", "CLIP_stop_at_last_layers": 1})

    async def _set_options(self, http: web.Request) -> web.Response:
        wanted = str((await http.json()).get("sd_model_checkpoint", ""))
        name = wanted.split(".")[0].split(" ")[0]
        if wanted and name not in self.checkpoints:
            return self._crash("RuntimeError", f"model '{wanted}' not found")
        self.checkpoint = name or self.checkpoint
        return web.json_response(None)

    async def _models(self, http: web.Request) -> web.Response:
        return web.json_response(
            [
                {"title": f"{name}.safetensors [{_short_hash(name)}]", "model_name": name, "hash": _short_hash(name)}
                for name in self.checkpoints
            ]
        )

    async def _loras(self, http: web.Request) -> web.Response:
        return web.json_response([{"name": name, "alias": name, "path": "", "metadata": {}} for name in self.loras])

    async def _embeddings(self, http: web.Request) -> web.Response:
        if self.flavour == "sdnext":
            return web.json_response({"loaded": list(self.embeddings), "skipped": list(self.skipped_embeddings)})
        told = {"step": None, "sd_checkpoint": None, "sd_checkpoint_name": None, "shape": 768, "vectors": 4}
        named = {"loaded": self.embeddings, "skipped": self.skipped_embeddings}
        return web.json_response({key: dict.fromkeys(names, told) for key, names in named.items()})

    async def _upscalers(self, http: web.Request) -> web.Response:
        names = [name for name in UPSCALERS if not name.startswith("Latent")]
        return web.json_response([{"name": name, "model_name": None, "scale": 4} for name in names])

    async def _latent(self, http: web.Request) -> web.Response:
        return web.json_response([{"name": name} for name in UPSCALERS if name.startswith("Latent")])

    async def _schedulers(self, http: web.Request) -> web.Response:
        return web.json_response([{"name": name, "label": label} for name, label in SCHEDULERS.items()])

    async def _modules(self, http: web.Request) -> web.Response:
        return web.json_response([{"model_name": name, "filename": f"/models/{name}"} for name in self.vaes])

    async def _version(self, http: web.Request) -> web.Response:
        return web.json_response({"app": "sd.next", "updated": "2026-07-23"})

    async def _fail(self, http: web.Request) -> web.Response:
        wanted = (await http.json()).get("faults", [])
        if not FAULTS.issuperset(wanted):
            return web.json_response({"known": sorted(FAULTS)}, status=400)
        self.fail_next(*wanted)
        return web.json_response({"ahead": len(self._faults)})

    async def _account(self, http: web.Request) -> web.Response:
        """What it has been asked, and how long it was at work (moments are of the machine's monotonic clock)."""
        return web.json_response(
            {
                "requests": len(self.received),
                "switches": self.switches,
                "busy_seconds": self.busy_seconds,
                "in_hand_seconds": self.in_hand_seconds,
                "begun": self.begun,
                "interrupted": self.interrupted,
                "ended": self.ended,
            }
        )

    async def _samplers(self, http: web.Request) -> web.Response:
        return web.json_response([{"name": name, "aliases": [], "options": {}} for name in SAMPLERS])

    async def _scripts(self, http: web.Request) -> web.Response:
        return web.json_response({"txt2img": ["x/y/z plot", *self.extensions], "img2img": ["sd upscale"]})

    async def _controlnet_settings(self, http: web.Request) -> web.Response:
        return web.json_response({"control_net_unit_count": 3})

    async def _controlnet_models(self, http: web.Request) -> web.Response:
        return web.json_response({"model_list": list(self.controlnet_models)})

    async def _adapters(self, http: web.Request) -> web.Response:
        return web.json_response(list(self.ip_adapters))


def _upscaled(request: dict[str, Any]) -> dict[str, Any]:
    """The request with the size that its hires fix ends with."""
    if not request.get("enable_hr"):
        return request
    width, height = (int(int(request[side]) * request["hr_scale"]) // 8 * 8 for side in ("width", "height"))
    return {**request, "width": width, "height": height}


def _short_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]


def _damaged(texts: list[str], fault: Fault | None) -> list[str]:
    """The pictures of an answer as ``fault`` leaves them."""
    raw = base64.b64decode(texts[0])

    def as_jpeg() -> bytes:
        out = io.BytesIO()
        Image.open(io.BytesIO(raw)).convert("RGB").save(out, "JPEG")
        return out.getvalue()

    changes: dict[str, Callable[[], list[str]]] = {
        "broken_base64": lambda: ["%%% this is no base64 %%%", *texts[1:]],
        "truncated_png": lambda: [base64.b64encode(raw[: len(raw) // 2]).decode(), *texts[1:]],
        "bomb": lambda: [base64.b64encode(bomb_png()).decode(), *texts[1:]],
        "not_an_image": lambda: [base64.b64encode(b"GIF89a, or so it says").decode(), *texts[1:]],
        "too_few": lambda: texts[:-1],
        "too_many": lambda: [*texts, *texts],
        "data_uri": lambda: [f"data:image/png;base64,{text}" for text in texts],
        "jpeg": lambda: [base64.b64encode(as_jpeg()).decode(), *texts[1:]],
        "extra_images": lambda: [*texts, base64.b64encode(b"a detected map").decode()],
    }
    return changes[fault]() if fault in changes else texts


async def _cut(http: web.Request, body: bytes) -> web.StreamResponse:
    """Half an answer, and the connection is gone."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body)), "Content-Type": "application/json"})
    await response.prepare(http)
    await response.write(body[: len(body) // 2])
    if http.transport is not None:
        http.transport.close()
    return response


async def _serve(host: WebuiStandIn) -> None:
    async with host.running():
        sys.stdout.write(f"A stand-in for {host.flavour} listens on {host.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a picture takes")
    parser.add_argument("--switch", type=float, default=3.0, help="how long a checkpoint takes to load")
    parser.add_argument("--flavour", choices=["a1111", "forge", "sdnext"], default="a1111")
    parser.add_argument("--checkpoint", choices=CHECKPOINTS, default=CHECKPOINTS[0])
    parser.add_argument("--simple", action="store_true", help="circles instead of sketches: costs next to nothing")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _serve(
                WebuiStandIn(
                    flavour=arguments.flavour,
                    port=arguments.port,
                    seconds=arguments.seconds,
                    switch_seconds=arguments.switch,
                    checkpoint=arguments.checkpoint,
                    paint=simple_picture if arguments.simple else storyboard_picture,
                )
            )
        )
