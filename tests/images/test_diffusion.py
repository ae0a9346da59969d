"""Painting on this machine: models by name, prompts as plain words, and tiny models of every family."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from storycore.errors import PainterError, PainterUnreachableError, SettingsError
from storycore.hosts.dispatcher import Dispatcher, Wanted
from storycore.hosts.host import HERE, Host
from storycore.images.base import PaintRequest
from storycore.images.diffusion import DiffusersPainter, Family, read_models
from storycore.images.diffusion.models import facts_of, if_size
from storycore.images.diffusion.plain import plain_words
from storycore.images.diffusion.samplers import SAMPLERS, sampler_of, spread_of
from storycore.images.factory import who_paints
from storycore.images.stopped import PaintingStoppedError
from storycore.store.models import CandidateRow
from storycore.studio import stories
from storycore.work.workshop import WorkOptions
from tests.support.studio import new, painted
from tests.support.workshops import QuickPainter, small_workshop, until

INSTALLED = all(find_spec(name) is not None for name in ("torch", "diffusers", "transformers", "accelerate"))
paints = pytest.mark.skipif(not INSTALLED, reason="pip install 'fireside[diffusers]' to paint with tiny models")


def test_models_are_read_by_name() -> None:
    assert read_models(" , ") == ()
    first, second = read_models("xl=stabilityai/sdxl-base , if=DeepFloyd/IF-I+DeepFloyd/IF-II+stabilityai/x4,")
    assert (first.name, first.stages) == ("xl", ("stabilityai/sdxl-base",))
    assert (second.name, len(second.stages)) == ("if", 3)
    assert read_models("stabilityai/sdxl-base")[0].name == "sdxl-base"


@pytest.mark.parametrize(
    "text", ["xl=", "xl=../../etc/passwd", "a=b/c+d/e", "a=x/y, A=x/z", "a=b/c d", "a=https://h/x"]
)
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="FIRESIDE_DIFFUSERS_MODELS") as refused:
        read_models(text)
    assert refused.value.hint.endswith(".")


def _model(folder: Path, kind: str, *, width: int = 768, megabytes: int = 0) -> Path:
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": kind}))
    (folder / "unet" / "config.json").write_text(json.dumps({"cross_attention_dim": width}))
    with (folder / "unet" / "weights.safetensors").open("wb") as file:
        file.truncate(megabytes * 2**20)
    return folder


@pytest.mark.parametrize(
    ("kind", "width", "family"),
    [
        ("StableDiffusionPipeline", 768, Family.SD15),
        ("StableDiffusionPipeline", 1024, Family.SD21),
        ("StableDiffusionXLPipeline", 2048, Family.SDXL),
    ],
)
def test_a_models_family_and_memory_are_known_before_it_is_loaded(
    tmp_path: Path, kind: str, width: int, family: Family
) -> None:
    folder = _model(tmp_path / "m", kind, width=width, megabytes=9 * 1024)  # a sparse file; halved: 4.5 GB
    facts = facts_of((folder,), (str(folder),))
    assert (facts.family, facts.gib, facts.measured) == (family, 6, True)
    assert facts.told("m") == f"“m” ({family.label}) needs 6 GB of memory."


def test_a_model_that_is_not_here_yet_is_told_by_its_name() -> None:
    names = ("DeepFloyd/IF-I-XL-v1.0", "DeepFloyd/IF-II-L-v1.0", "stabilityai/stable-diffusion-x4-upscaler")
    assert facts_of((None, None, None), names).told("if") == "“if” (DeepFloyd IF) needs about 24 GB of memory."
    assert facts_of((None,), ("stabilityai/stable-diffusion-2-1",)).family is Family.SD21
    assert facts_of((None,), ("stabilityai/stable-diffusion-xl-base-1.0",)).family is Family.SDXL
    assert facts_of((None,), ("runwayml/stable-diffusion-v1-5",)).family is Family.SD15


def test_if_wants_its_three_stages_and_strangers_are_refused(tmp_path: Path) -> None:
    one = _model(tmp_path / "one", "IFPipeline")
    with pytest.raises(SettingsError, match="three stages"):
        facts_of((one,), ("one",))
    with pytest.raises(SettingsError, match="FluxPipeline"):
        facts_of((_model(tmp_path / "flux", "FluxPipeline"),), ("flux",))


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a cat", "a cat"),
        ("a (red:1.3) cat, [small]", "a red cat, small"),
        ("[frog|king] on a stone", "king on a stone"),
        ("Mara, [Ada Berg|Cora Dahl], a man with a red beard", "Mara, a man with a red beard"),
        ("a [bud:rose:0.5] at dawn", "a rose at dawn"),
        ("a knight AND a dragon :0.8", "a knight, a dragon"),
        ("a knight BREAK a dragon <lora:mara:0.8>", "a knight, a dragon"),
        ("\\(not grammar\\)", "(not grammar)"),
        ("(a:1..5) b", "(a:1..5) b"),
        ("", ""),
    ],
)
def test_a_prompt_is_read_as_plain_words(prompt: str, said: str) -> None:
    assert plain_words(prompt) == said


def test_ifs_first_stage_has_the_pictures_shape() -> None:
    assert if_size(512, 512) == (64, 64)
    assert if_size(1024, 576) == (88, 48)
    assert if_size(576, 1024) == (48, 88)


def test_this_machine_paints_beside_gpu_hosts() -> None:
    desk = Dispatcher()
    desk.hosts[HERE] = here = Host(HERE, "this machine", QuickPainter(), beside=True)
    desk.hosts[7] = other = Host(7, "gpu", QuickPainter())
    assert desk.serving(None) == [here, other]
    here.beside = False
    assert desk.serving(None) == [other]
    assert desk.able(Wanted("k", 1, 1)) == [other]


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="names no model"):
        who_paints("diffusers")
    monkeypatch.setattr("storycore.images.diffusion.painter.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match="not installed") as told:
        who_paints("diffusers", models="xl=a/b")
    assert "fireside[diffusers]" in told.value.hint


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model of every family, as FIRESIDE_DIFFUSERS_MODELS names them."""
    from tests.images import tiny_models

    folder = tmp_path_factory.mktemp("tiny")
    stages = "+".join(map(str, tiny_models.deepfloyd_if(folder / "if")))
    return (
        f"sd15={tiny_models.stable_diffusion(folder / 'sd15')}, "
        f"sd21={tiny_models.stable_diffusion(folder / 'sd21', 1024)}, "
        f"sdxl={tiny_models.stable_diffusion_xl(folder / 'sdxl')}, if={stages}"
    )


@pytest.fixture
async def painter(tiny: str) -> AsyncIterator[DiffusersPainter]:
    """Two steps a stage are enough for what has learnt nothing."""
    opened = DiffusersPainter(read_models(tiny), steps=2)
    yield opened
    await opened.close()


SEED = 2**32 - 1
REQUEST = PaintRequest("round-1", "a (red:1.2) frog <lora:x:1>", SEED, 2, width=128, height=72)


@paints
@pytest.mark.diffusers
@pytest.mark.timeout(600)
async def test_every_family_paints(painter: DiffusersPainter) -> None:
    health = await painter.health()
    assert health.ok
    assert "“if” (DeepFloyd IF) needs 2 GB of memory" in health.detail
    families = {"": "Stable Diffusion 1.5", "sd21": "Stable Diffusion 2.1", "sdxl": "SDXL", "if": "DeepFloyd IF"}
    for name, family in families.items():
        told: list[float] = []
        request = replace(REQUEST, checkpoint=name, seed=SEED if name != "if" else 0, count=1 if name == "if" else 2)
        made = await painter.generate(request, lambda progress, told=told: told.append(progress.fraction))  # type: ignore[misc]
        assert [painting.seed for painting in made] == ([0] if name == "if" else [SEED, 0])
        assert told == sorted(told) and len(told) >= 4 and told[-1] == pytest.approx(1.0)
        for painting in made:
            picture = Image.open(io.BytesIO(painting.data))
            assert (picture.size, picture.format, painting.empty) == ((128, 72), "PNG", False)
            assert picture.text["parameters"].startswith("a red frog\nNegative prompt: ")  # type: ignore[attr-defined]
            assert painting.parameters["prompt_read"] == "a red frog"
            assert painting.parameters["family"] == family
        assert len({painting.likeness for painting in made}) == len(made)
    first, again = [await painter.generate(replace(REQUEST, count=1)) for _ in range(2)]
    assert first[0].data == again[0].data, "a seed gives the same picture every time"
    assert painter.fingerprint("sdxl") != painter.fingerprint() == painter.fingerprint("sd15")
    with pytest.raises(PainterError, match="no model “flux”"):
        await painter.generate(replace(REQUEST, checkpoint="flux"))


def test_samplers_are_known_by_the_names_that_webuis_give_them() -> None:
    assert sampler_of("DPM++ 2M") == ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"})
    assert sampler_of("euler_a") == sampler_of("Euler a") != sampler_of("Euler")
    assert sampler_of("Restart") is None and spread_of("Align Your Steps") is None
    assert spread_of("karras") == {"use_karras_sigmas": True}
    assert all(sampler_of(name) for name in SAMPLERS)


@paints
@pytest.mark.diffusers
@pytest.mark.timeout(600)
async def test_a_style_is_honoured_where_the_model_can(painter: DiffusersPainter) -> None:
    one = replace(REQUEST, count=1)
    plain = (await painter.generate(one))[0]
    told: list[float] = []
    pictures = {plain.likeness}
    for name in ("Euler a", "DPM++ 2M"):
        made = (await painter.generate(replace(one, style={"sampler": name, "steps": 3})))[0]
        assert "means" not in made.parameters, name
        pictures.add(made.likeness)
    assert len(pictures) == 3, "samplers paint differently"
    style = {"sampler": "Euler", "scheduler": "Karras", "steps": 4, "cfg": 3.0, "clip_skip": 2}
    styled = (await painter.generate(replace(one, style=style), lambda progress: told.append(progress.fraction)))[0]
    assert told == [0.25, 0.5, 0.75, 1.0] and styled.likeness not in pictures
    assert "means" not in styled.parameters
    for key in ("scheduler", "cfg", "clip_skip"):
        less = {name: value for name, value in style.items() if name != key}
        assert (await painter.generate(replace(one, style=less)))[0].likeness != styled.likeness, key
    back = (await painter.generate(one))[0]
    assert back.data == plain.data, "what one asked for is not left to the next"
    odd = {"sampler": "Restart", "scheduler": "Beta", "vae": "x.pt", "hires": {"scale": 2}}
    told_so = (await painter.generate(replace(one, style=odd)))[0].parameters["means"]
    assert told_so == (
        "no sampler “Restart” here: its own · no scheduler “Beta” here: its own · no other VAE here: its own · "
        "no hires fix here"
    )
    skipped = (await painter.generate(replace(one, checkpoint="sdxl", style={"clip_skip": 2})))[0]
    assert skipped.parameters["means"] == "no clip skip here"


@paints
@pytest.mark.diffusers
@pytest.mark.timeout(600)
async def test_a_painting_is_stopped_at_its_next_step_and_a_dead_process_is_started_again(
    painter: DiffusersPainter,
) -> None:
    steps: list[float] = []

    def stop(progress: object) -> None:
        steps.append(0.0)
        painter._wanted["round-1"].set()  # as ``cancel`` does, at this very step

    with pytest.raises(PaintingStoppedError):
        await painter.generate(replace(REQUEST, count=9), stop)
    assert len(steps) < 9 * 2
    assert len(await painter.generate(REQUEST)) == 2

    def die(_progress: object) -> None:
        process = painter._process
        assert process is not None and process.pid is not None
        os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(PainterUnreachableError, match="ended unexpectedly"):
        await painter.generate(REQUEST, die)
    assert len(await painter.generate(REQUEST)) == 2


@paints
@pytest.mark.diffusers
@pytest.mark.timeout(600)
async def test_a_variation_begins_from_mixed_noise(painter: DiffusersPainter) -> None:
    import torch

    from storycore.images.diffusion.noise import slerp

    one, other = (torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(n)) for n in (1, 2))
    assert torch.allclose(slerp(0.0, one, other), one, atol=1e-5)
    assert torch.allclose(slerp(1.0, one, other), other, atol=1e-5)
    assert torch.allclose(slerp(0.3, one, one), one, atol=1e-5)
    assert slerp(0.5, one, other).std() > 0.9, "as strong as either: a plain mean is weaker"
    request = replace(REQUEST, seed=5, count=1)
    for model in ("sd15", "sdxl"):
        base = (await painter.generate(replace(request, checkpoint=model)))[0]
        mixed = replace(request, checkpoint=model, subseed=SEED, count=2)
        same = await painter.generate(replace(mixed, strength=0.0))
        assert {picture.likeness for picture in same} == {base.likeness}
        varied = await painter.generate(replace(mixed, strength=0.25))
        assert len({base.likeness, *(picture.likeness for picture in varied)}) == 3
        assert [picture.seed for picture in varied] == [5, 5]
    with pytest.raises(PainterError, match="knows no variations"):
        await painter.generate(replace(request, checkpoint="if", subseed=1, strength=0.25))


@paints
@pytest.mark.diffusers
def test_a_model_that_does_not_fit_is_not_loaded(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from storycore.images.diffusion import easel

    desk = easel.Easel()
    monkeypatch.setattr(easel, "_main_memory", lambda: (2**30, 2**33))
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda: (2**30, 2**33))
    model = read_models(tiny)[3]
    with pytest.raises(PainterError, match=r"needs 2 GB of memory\. 1 GB are free here\.") as told:
        desk.load(model.name, model.stages)
    assert told.value.case == "no_memory"


@paints
@pytest.mark.diffusers
@pytest.mark.timeout(600)
async def test_a_story_is_painted_by_this_machine(tiny: str, tmp_path: Path) -> None:
    painter, hosts = who_paints("diffusers", models=tiny)
    assert isinstance(painter, DiffusersPainter)
    painter._steps = 2
    async with small_workshop(tmp_path, WorkOptions(hosts=hosts, film_quality=360), painter) as workshop:
        asked = new("The frog sat on the stone by the well.", candidates=2, checkpoint="sdxl")
        view = await until(workshop, await stories.create(workshop, asked), painted, 300)
        async with workshop.database.read() as session:
            kept = list(await session.scalars(select(CandidateRow)))
    assert view.scenes[0].shown is not None
    assert [row.parameters["painter"] for row in kept] == ["diffusers"] * 2
    assert {row.parameters["model"] for row in kept} == {"sdxl"}
