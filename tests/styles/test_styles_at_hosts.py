"""Styles at hosts: each is asked in its own form, by what it has, and what it lacks is told in the scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storycore.hosts.model import Abilities
from storycore.images.webui.styling import final_size, styled
from storycore.studio import styles
from storycore.studio.people import Person
from storycore.styles.model import Style
from storycore.work.workshop import Workshop
from tests.hosts.house import eventually, house, jobs, told
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import HOME, painted
from tests.support.workshops import until

OLU = Person(9, "Olu", server_id=HOME, admin=True)
XL, SMALL = "ink_and_wash_xl", "storybook_v3"
EVERYTHING = Style(
    "Ink",
    template="{prompt}, ink drawing",
    negative="photo, blurry",
    checkpoint=XL,
    sampler="Euler a",
    scheduler="Karras",
    steps=31,
    size=(64, 96),
    cfg=5.5,
    clip_skip=2,
    vae="soft.vae.pt",
    hires=1.5,
    upscaler="R-ESRGAN 4x+",
    denoising=0.3,
    hires_steps=12,
)


async def known(workshop: Workshop, count: int = 1) -> None:
    """Wait until every host has said what it has."""

    def all_told() -> bool:
        hosts = [host for host in workshop.hosts.dispatcher.hosts.values() if not host.is_here]
        return len([host for host in hosts if host.abilities.checkpoints]) == count

    await eventually(all_told)


@pytest.mark.parametrize("flavour", ["a1111", "forge", "sdnext"])
async def test_all_of_a_style_reaches_a_host_in_its_own_form(tmp_path: Path, flavour: Any) -> None:
    host = WebuiStandIn(flavour=flavour, vaes=("soft.vae.pt",))
    async with house(tmp_path, host) as workshop:
        await known(workshop)
        await styles.add(workshop, OLU, EVERYTHING)
        view = await told(workshop, style="Ink")
    sent = host.received[0]
    assert sent["prompt"].endswith(", ink drawing") and "ink drawing" in view.scenes[0].prompt
    wanted = {
        "sampler_name": "Euler a", "steps": 31, "width": 64, "height": 96,
        "cfg_scale": 5.5, "enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "R-ESRGAN 4x+",
        "denoising_strength": 0.3, "hr_second_pass_steps": 12, "override_settings_restore_afterwards": True,
    }  # fmt: skip
    assert {key: sent[key] for key in wanted} == wanted
    # As the style says, not as the house does; what the server always adds stands behind it.
    assert sent["negative_prompt"].startswith("photo, blurry, ") and "lowres" not in sent["negative_prompt"]
    settings = sent["override_settings"]
    assert settings.pop("sd_model_checkpoint") == XL
    if flavour == "sdnext":
        assert sent["clip_skip"] == 2 and settings == {"sd_vae": "soft.vae.pt"}
        assert view.scenes[0].means == "no scheduler “Karras” here: its usual one"
    elif flavour == "forge":
        assert settings == {"CLIP_stop_at_last_layers": 2, "forge_additional_modules": ["soft.vae.pt"]}
        assert sent["scheduler"] == "Karras" and sent["hr_additional_modules"] == ["Use same choices"]
    else:
        assert settings == {"CLIP_stop_at_last_layers": 2, "sd_vae": "soft.vae.pt"}
        assert sent["scheduler"] == "Karras" and view.scenes[0].means == ""
    shown = view.scenes[0].shown
    assert shown is not None and {(c.width, c.height) for c in shown.candidates} == {(96, 144)}


async def test_what_a_host_lacks_is_told_and_the_next_best_is_taken(tmp_path: Path) -> None:
    host = WebuiStandIn(vaes=("soft.vae.pt",))
    async with house(tmp_path, host) as workshop:
        await known(workshop)
        for style, wrong in (
            (Style("A", checkpoint="no_such"), "checkpoint “no_such”"),
            (Style("B", sampler="Euler z"), "sampler “Euler z”"),
            (Style("C", template="{prompt} <lora:nobody:0.5>"), "LoRA “nobody”"),
        ):
            with pytest.raises(Exception, match=wrong):
                await styles.add(workshop, OLU, style)
        await styles.add(
            workshop, OLU, Style("Ink", sampler="euler A", vae="soft.vae.pt", hires=1.5, upscaler="Latent")
        )
        view = await told(workshop, style="Ink")
    sent = host.received[0]
    assert sent["sampler_name"] == "Euler a" and sent["denoising_strength"] == 0.55
    assert sent["override_settings"] == {"sd_vae": "soft.vae.pt"}
    assert "lowres" in sent["negative_prompt"] and "Storybook illustration" in view.scenes[0].prompt


def test_nothing_is_sent_that_a_host_does_not_list() -> None:
    asked = EVERYTHING.painting
    bare = Abilities(samplers=("DDIM",), schedulers=("Automatic",), vaes=("other.pt",), upscalers=("Latent", "Nearest"))
    sent = styled(asked, bare)
    assert not {"sampler_name", "scheduler"} & set(sent.additions)
    assert sent.additions["hr_upscaler"] == "Latent" and sent.additions["denoising_strength"] == 0.55
    assert sent.additions["override_settings"] == {"CLIP_stop_at_last_layers": 2}
    assert sent.lacking == (
        "no sampler “Euler a” here: its usual one",
        "no scheduler “Karras” here: its usual one",
        "no VAE “soft.vae.pt” here: its usual one",
        "no upscaler “R-ESRGAN 4x+” here: Latent",
    )
    # A host that lists nothing is believed to have it; SD.Next has no schedulers at all.
    trusted = styled(asked, Abilities())
    assert trusted.lacking == () and trusted.additions["scheduler"] == "Karras"
    assert styled(asked, Abilities(sdnext=True)).lacking == ("no scheduler “Karras” here: its usual one",)
    spelled = styled({"sampler": "euler_a", "scheduler": "sgm_uniform"}, Abilities((), (), ("Euler a",)))
    assert spelled.additions == {"sampler_name": "Euler a", "scheduler": "sgm_uniform"}
    assert styled({}, Abilities()).additions == {}
    assert final_size(100, 60, {}) == ((100, 60), 0)
    assert final_size(832, 1216, {"enable_hr": True, "hr_scale": 1.3}) == ((1081, 1580), 8)


async def test_pictures_go_to_hosts_that_have_the_styles_checkpoint_and_come_back(tmp_path: Path) -> None:
    one, other = WebuiStandIn(checkpoints=(SMALL,)), WebuiStandIn(checkpoints=(SMALL, XL))
    async with house(tmp_path, one, other) as workshop:
        await known(workshop, 2)
        await styles.add(workshop, OLU, Style("Wash", checkpoint=XL, steps=9))
        await styles.add(workshop, OLU, Style("Other", checkpoint=SMALL, steps=9))
        view = await told(workshop, style="Wash")
        assert one.received == [] and {r["override_settings"]["sd_model_checkpoint"] for r in other.received} == {XL}
        assert {job.checkpoint for job in await jobs(workshop)} == {XL}
        wash = [candidate.media for scene in view.scenes if scene.shown for candidate in scene.shown.candidates]
        taken = await styles.take(workshop, view.id, OLU, "Other")
        assert [one.scenes for one in taken.concerned] == [(1, 2)]
        view = await until(
            workshop, view.id, lambda v: painted(v) and all(s.shown and s.shown.number == 2 for s in v.scenes)
        )
        count = len(one.received) + len(other.received)
        # SD 1.5 is asked in tags, SDXL in sentences.
        assert all(", storybook illustration" in scene.prompt for scene in view.scenes)
        # What was chosen before is there already: nothing is painted twice.
        await styles.take(workshop, view.id, OLU, "Wash")
        view = await until(
            workshop, view.id, lambda v: painted(v) and all(s.shown and s.shown.number == 3 for s in v.scenes)
        )
        assert [candidate.media for scene in view.scenes if scene.shown for candidate in scene.shown.candidates] == wash
        assert len(one.received) + len(other.received) == count
