"""Models in memory, and how each family is asked. Lives in the painting process alone: it imports torch."""

from __future__ import annotations

import hashlib
import inspect
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import diffusers
import torch
from diffusers import DiffusionPipeline
from diffusers.utils.logging import disable_progress_bar
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from PIL import Image, ImageOps, ImageStat
from PIL.PngImagePlugin import PngInfo
from transformers.utils.logging import set_verbosity_error as quiet_transformers

from storycore.errors import PainterError
from storycore.images.diffusion.models import IF_STAGES, Facts, facts_of, if_size
from storycore.images.diffusion.noise import mixed_noise
from storycore.images.diffusion.samplers import sampler_of, spread_of
from storycore.images.diffusion.wire import Paint, Picture
from storycore.prompts.family import Family

_GIB = 2**30
#: A picture whose colours differ no more than this (of 255) shows nothing: what a filter blacks out, say.
_EMPTY_SPREAD = 3
#: Steps of each stage and guidance, as the models' cards give them.
_USUAL: dict[Family, tuple[tuple[int, float], ...]] = {
    Family.SD15: ((30, 7.0),),
    Family.SD21: ((30, 7.0),),
    Family.SDXL: ((30, 6.0),),
    Family.IF: ((100, 7.0), (50, 4.0), (75, 9.0)),
}
#: How much noise the last stage lays over what it enlarges (its card's value for IF).
_IF_NOISE = 100
_WEIGHTS = ("*.json", "*.txt", "*.model", "*.safetensors")


class Watcher(Protocol):
    """Told of each step; raises what ends the painting when it is not wanted any more."""

    def __call__(self, fraction: float) -> None: ...


@dataclass(slots=True)
class Loaded:
    """A model in memory."""

    name: str
    facts: Facts
    pipes: list[Any]
    #: The first pipeline's own sampler, for orders that name none.
    own: Any = None


class Easel:
    """One model in memory at a time, on the graphics card where there is one."""

    def __init__(self) -> None:
        disable_progress_bar()
        quiet_transformers()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self._loaded: Loaded | None = None

    def describe(self, stages: Sequence[str]) -> Facts:
        """What is known of a model; nothing is loaded, and nothing fetched. Raises ``SettingsError``."""
        return facts_of(tuple(_folder(stage) for stage in stages), tuple(stages))

    def load(self, name: str, stages: tuple[str, ...]) -> Loaded:
        """Have this model in memory, and no other. Raises ``PainterError`` or ``SettingsError``."""
        if self._loaded is not None and self._loaded.name == name:
            return self._loaded
        self.clear()
        facts = self.describe(stages)
        self._check_room(name, facts)
        try:
            pipes = [self._pipe(stage, number, facts.family) for number, stage in enumerate(stages)]
        except torch.cuda.OutOfMemoryError as error:
            self.clear()
            raise _no_room(name, facts) from error
        except (OSError, ValueError, HfHubHTTPError) as error:
            raise PainterError(
                f"The model “{name}” could not be loaded.", "FIRESIDE_DIFFUSERS_MODELS says where it is."
            ).called("no_model") from error
        self._loaded = Loaded(name, facts, pipes, pipes[0].scheduler)
        return self._loaded

    def clear(self) -> None:
        """Let go of what is in memory."""
        self._loaded = None
        if self.device == "cuda":
            torch.cuda.empty_cache()

    def _check_room(self, name: str, facts: Facts) -> None:
        free, _total = torch.cuda.mem_get_info() if self.device == "cuda" else _main_memory()
        needed = facts.gib if self.device == "cuda" else 2 * facts.gib  # whole numbers take twice what half ones do
        if free < needed * _GIB:
            raise _no_room(name, facts, free)

    def _pipe(self, stage: str, number: int, family: Family) -> Any:
        folder = _folder(stage) or Path(snapshot_download(stage, allow_patterns=list(_WEIGHTS)))
        half = any(folder.glob("*/*.fp16*.safetensors"))
        options: dict[str, Any] = {"dtype": torch.float16 if self.device == "cuda" else torch.float32}
        if half and self.device == "cuda":
            options["variant"] = "fp16"
        if family is Family.IF and number == 1:
            options["text_encoder"] = None  # the first stage has read the prompt
        pipe = DiffusionPipeline.from_pretrained(folder, local_files_only=True, use_safetensors=True, **options)
        pipe.set_progress_bar_config(disable=True)
        if family is Family.IF and self.device == "cuda":
            pipe.enable_model_cpu_offload()
            return pipe
        return pipe.to(self.device)

    def paint(
        self, order: Paint, seed: int, watch: Watcher, subseed: int | None = None
    ) -> tuple[Picture, Family, tuple[str, ...]]:
        """One picture, or a variation of one, and what of the order the model has no use for. Raises ``PainterError``,
        and what ``watch`` raises."""
        loaded = self.load(order.name, order.stages)
        family = loaded.facts.family
        if subseed is not None and family is Family.IF:
            raise PainterError(
                "DeepFloyd IF begins from other noise at each of its stages, and knows no variations.",
                "Press Again for other pictures.",
            ).called("no_variations")
        unused = _choose_sampler(loaded, order)
        chance = torch.Generator("cpu").manual_seed(seed)
        try:
            with torch.inference_mode():
                if family is Family.IF:
                    image = _paint_if(loaded.pipes, order, _USUAL[family], chance, watch)
                else:
                    image = _paint_sd(loaded.pipes, order, _USUAL[family], chance, watch, subseed)
        except torch.cuda.OutOfMemoryError as error:
            self.clear()
            raise PainterError(
                "The graphics card has too little memory for a picture of this size.", "Ask for smaller pictures."
            ).called("no_memory") from error
        empty = all(high - low <= _EMPTY_SPREAD for low, high in ImageStat.Stat(image).extrema)
        likeness = hashlib.sha256(image.tobytes()).hexdigest()
        return Picture(seed, _png(image, order, seed), empty, likeness), family, unused


def _choose_sampler(loaded: Loaded, order: Paint) -> tuple[str, ...]:
    """Have the model sample as it is asked to, else as it does by itself; gives what it has no use for."""
    family, pipe = loaded.facts.family, loaded.pipes[0]
    if family is Family.IF:
        said = [
            f"no {key} “{v}” here: its own"
            for key, v in (("sampler", order.sampler), ("scheduler", order.scheduler))
            if v
        ]
        return (*said, *(["no clip skip here"] if order.clip_skip > 1 else []))
    unused: list[str] = []
    pipe.scheduler = loaded.own
    found = sampler_of(order.sampler) if order.sampler else (type(loaded.own).__name__, {})
    if found is None:
        unused.append(f"no sampler “{order.sampler}” here: its own")
        found = type(loaded.own).__name__, {}
    kind, options = getattr(diffusers, found[0]), dict(found[1])
    spread = spread_of(order.scheduler) if order.scheduler else {}
    if spread is None or not set(spread) <= set(inspect.signature(kind.__init__).parameters):
        unused.append(f"no scheduler “{order.scheduler}” here: its own")
    else:
        options |= spread
    if order.sampler or options:
        pipe.scheduler = kind.from_config(loaded.own.config, **options)
    if family is Family.SDXL and order.clip_skip > 1:
        unused.append("no clip skip here")
    return tuple(unused)


def _folder(stage: str) -> Path | None:
    """Where a stage lies on this disk; None where it is not here (yet)."""
    folder = Path(stage).expanduser()
    if folder.joinpath("model_index.json").is_file():
        return folder
    try:
        return Path(snapshot_download(stage, allow_patterns=list(_WEIGHTS), local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):
        return None


def _main_memory() -> tuple[int, int]:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    values = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return values["MemAvailable"], values["MemTotal"]


def _no_room(name: str, facts: Facts, free: int | None = None) -> PainterError:
    here = "" if free is None else f" {free / _GIB:.0f} GB are free here."
    return PainterError(
        f"{facts.told(name)}{here}", "Choose a smaller model in FIRESIDE_DIFFUSERS_MODELS, or free some memory."
    ).called("no_memory")


def _paint_sd(
    pipes: list[Any],
    order: Paint,
    usual: Sequence[tuple[int, float]],
    chance: torch.Generator,
    watch: Watcher,
    subseed: int | None = None,
) -> Image.Image:
    """Stable Diffusion, any of the three."""
    steps = order.steps or usual[0][0]
    noise = {} if subseed is None else {"latents": mixed_noise(pipes[0], order, chance, subseed)}

    def stepped(_pipe: Any, step: int, _time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        watch((step + 1) / steps)
        return kept

    pipe, words = pipes[0], {"prompt": order.prompt, "negative_prompt": order.negative_prompt or None}
    if order.clip_skip > 1 and not hasattr(pipe, "text_encoder_2"):
        words = {
            "prompt_embeds": _skipping(pipe, order.prompt, order.clip_skip - 1),
            "negative_prompt_embeds": _skipping(pipe, order.negative_prompt, order.clip_skip - 1),
        }
    made = pipe(
        **words,
        width=order.width,
        height=order.height,
        num_inference_steps=steps,
        guidance_scale=order.guidance or usual[0][1],
        generator=chance,
        callback_on_step_end=stepped,
        **noise,
    )
    image: Image.Image = made.images[0]
    return image


def _skipping(pipe: Any, text: str, layers: int) -> Any:
    """What the text encoder makes of a text without its last ``layers`` (clip skip, which WebUIs count from 1: none).

    diffusers' own argument reaches into an encoder that transformers has built otherwise since.
    """
    tokenizer, encoder = pipe.tokenizer, pipe.text_encoder
    tokens = tokenizer(
        text, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    )
    states = encoder(tokens.input_ids.to(encoder.device), output_hidden_states=True).hidden_states
    inner = getattr(encoder, "text_model", encoder)
    return inner.final_layer_norm(states[-1 - min(layers, len(states) - 2)])


def _paint_if(
    pipes: list[Any], order: Paint, usual: Sequence[tuple[int, float]], chance: torch.Generator, watch: Watcher
) -> Image.Image:
    """DeepFloyd IF: a small picture, four times as large, and four times again."""
    width, height = if_size(order.width, order.height)
    counts = [order.steps or steps for steps, _ in usual]
    before = [sum(counts[:number]) / sum(counts) for number in range(IF_STAGES)]

    def stage(number: int) -> dict[str, Any]:
        def stepped(step: int, _time: Any, _latents: Any) -> None:
            watch(before[number] + (step + 1) / sum(counts))

        guidance = order.guidance if number == 0 and order.guidance else usual[number][1]
        return {
            "num_inference_steps": counts[number],
            "guidance_scale": guidance,
            "generator": chance,
            **_calls(pipes[number], stepped),
        }

    said, unsaid = pipes[0].encode_prompt(order.prompt, negative_prompt=order.negative_prompt or None)
    heard = {"prompt_embeds": said, "negative_prompt_embeds": unsaid}
    small = pipes[0](**heard, width=width, height=height, output_type="pt", **stage(0)).images
    middle = pipes[1](**heard, image=small, width=4 * width, height=4 * height, output_type="pt", **stage(1)).images
    large = pipes[2](
        prompt=order.prompt,
        negative_prompt=order.negative_prompt or None,
        image=middle,
        noise_level=_IF_NOISE,
        **stage(2),
    )
    return ImageOps.fit(large.images[0], (order.width, order.height), Image.Resampling.LANCZOS)


def _calls(pipe: Any, stepped: Callable[[int, Any, Any], None]) -> dict[str, Any]:
    """How a pipeline is told to call back: IF's know the old way, newer ones the new."""
    if "callback_on_step_end" not in pipe.__call__.__code__.co_varnames:
        return {"callback": stepped, "callback_steps": 1}

    def ended(_pipe: Any, step: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        stepped(step, time, None)
        return kept

    return {"callback_on_step_end": ended}


def _png(image: Image.Image, order: Paint, seed: int) -> bytes:
    """A PNG that tells how it was made, in the layout that the WebUI writes into its files."""
    lines = [order.prompt]
    if order.negative_prompt:
        lines.append(f"Negative prompt: {order.negative_prompt}")
    lines.append(f"Seed: {seed}, Size: {order.width}x{order.height}, Model: {order.name}, Painter: diffusers")
    told = PngInfo()
    told.add_text("parameters", "\n".join(lines))
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG", pnginfo=told)
    return file.getvalue()
