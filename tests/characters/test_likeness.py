"""Characters at hosts: each is asked in its own form, by what it has, and says which means were used."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storycore.characters.model import Sheet
from storycore.hosts.model import Abilities
from storycore.images.webui.likeness import Portrait, Portrayed, likeness_for
from storycore.studio import characters, portraits
from storycore.studio.people import Person
from tests.hosts.house import eventually, house, told
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import HOME

OLU = Person(9, "Olu", server_id=HOME, admin=True)
FACEID, FACEID_LORA = "ip-adapter-faceid-plusv2_sd15 [6e14fc1a]", "ip-adapter-faceid-plusv2_sd15_lora"
PLUS_FACE, PLUS_XL = "ip-adapter-plus-face_sd15 [71693645]", "ip-adapter-plus-face_sdxl_vit-h [c60d7d48]"
MIME = Portrayed("Mime", "a bald smith", b"\x89PNG one", "<lora:bald:0.7>")
FAFNIR = Portrayed("Fafnir", "a green dragon", b"\x89PNG two")
ONE = Portrait("Mime, a bald smith. In the smithy. Ink", (MIME,), "In the smithy. Ink", 512, 288)
TWO = Portrait(
    "Mime, a bald smith BREAK Fafnir, a green dragon BREAK Mime and Fafnir, in the smithy. Ink <lora:bald:0.7>",
    (MIME, FAFNIR),
    "Mime and Fafnir, in the smithy. Ink",
    512,
    288,
)


def units(asked: Any) -> list[dict[str, Any]]:
    found = asked.additions["alwayson_scripts"]["ControlNet"]["args"]
    assert isinstance(found, list)
    return found


def test_a1111_gets_faceid_with_its_lora_and_else_plus_face() -> None:
    has = Abilities(
        controlnet_models=(PLUS_XL, PLUS_FACE, FACEID), controlnet_units=3, loras=(FACEID_LORA,), knows_loras=True
    )
    asked = likeness_for(has, "storybook_v3", ONE)
    (unit,) = units(asked)
    assert (unit["module"], unit["model"], unit["weight"]) == ("ip-adapter_face_id_plus", FACEID, 0.8)
    assert base64.b64decode(unit["image"]) == MIME.portrait and unit["save_detected_map"] is False
    assert asked.prompt == f"{ONE.prompt} <lora:{FACEID_LORA}:0.6>" and asked.means == "portrait by IP-Adapter FaceID"
    (unit,) = units(likeness_for(replace(has, loras=()), "storybook_v3", ONE))
    assert (unit["module"], unit["model"], unit["guidance_end"]) == ("ip-adapter-auto", PLUS_FACE, 0.8)
    (unit,) = units(likeness_for(has, "storybook_xl.safetensors", ONE))
    assert unit["model"] == PLUS_XL
    both = units(likeness_for(has, "storybook_v3", TWO))
    masks = [Image.open(io.BytesIO(base64.b64decode(unit["effective_region_mask"]))) for unit in both]
    assert [(mask.getpixel((2, 9)), mask.getpixel((61, 9))) for mask in masks] == [(255, 0), (0, 255)]


def test_forge_and_sdnext_get_their_own_forms() -> None:
    forge = Abilities(
        controlnet_models=(FACEID, PLUS_FACE), controlnet_units=3, loras=(FACEID_LORA,), knows_loras=True, forge=True
    )
    (unit,) = units(likeness_for(forge, "storybook_v3", ONE))
    assert unit["module"] == "InsightFace+CLIP-H (IPAdapter)" and isinstance(unit["image"], str)
    assert "pixel_perfect" not in unit and "mask" not in unit
    one, two = units(likeness_for(forge, "storybook_v3", TWO))
    assert one["mask_image"] != two["mask_image"] and "effective_region_mask" not in one
    (unit,) = units(likeness_for(replace(forge, loras=()), "storybook_v3", ONE))
    assert unit["module"] == "CLIP-ViT-H (IPAdapter)"
    next_ = Abilities(ip_adapters=("Base SDXL", "Plus Face SD15", "FaceID Base"))
    asked = likeness_for(next_, "storybook_v3", TWO)
    assert [entry["adapter"] for entry in asked.additions["ip_adapter"]] == ["Plus Face SD15"] * 2
    assert "alwayson_scripts" not in asked.additions and all(e["masks"] for e in asked.additions["ip_adapter"])


def test_faces_regions_and_the_next_best() -> None:
    bare = likeness_for(Abilities(), "storybook_v3", replace(ONE, prompt=f"[A B|C D], {ONE.prompt}"))
    assert bare.additions == {} and bare.means == "no IP-Adapter here: by look and name mix"
    has = Abilities(adetailer_units=2, regional=True)
    asked = likeness_for(has, "storybook_v3", ONE)
    enabled, skip, face, hand = asked.additions["alwayson_scripts"]["ADetailer"]["args"]
    assert (enabled, skip, hand["ad_model"]) == (True, False, "hand_yolov8n.pt")
    assert face["ad_prompt"] == "a bald smith, <lora:bald:0.7>" and "ad_mask_k_largest" not in face
    asked = likeness_for(has, "storybook_v3", TWO)
    assert asked.prompt == (
        "Mime and Fafnir, in the smithy. Ink ADDCOMM Mime, a bald smith ADDCOL Fafnir, a green dragon <lora:bald:0.7>"
    )
    args = asked.additions["alwayson_scripts"]["Regional Prompter"]["args"]
    assert args[:8] == [True, False, "Matrix", "Columns", "Mask", "Prompt", "1,1", "0.2"] and len(args) == 20
    assert "a region each" in asked.means and "faces by ADetailer" in asked.means
    by_hand = likeness_for(has, "storybook_v3", replace(TWO, prompt="two people in a smithy"))
    assert by_hand.prompt == "two people in a smithy" and "a block each" in by_hand.means


@pytest.mark.parametrize("flavour", ["a1111", "sdnext"])
async def test_a_portrait_reaches_the_host_and_the_scene_says_how(tmp_path: Path, flavour: Any) -> None:
    host = WebuiStandIn(
        flavour=flavour,
        extensions=("controlnet", "adetailer"),
        controlnet_models=(PLUS_FACE,) if flavour == "a1111" else (),
        ip_adapters=("Plus Face",) if flavour == "sdnext" else (),
    )
    file = io.BytesIO()
    Image.new("RGB", (2000, 1500), (90, 60, 30)).save(file, "JPEG")
    async with house(tmp_path, host) as workshop:
        await eventually(
            lambda: any(not h.is_here and h.abilities.checkpoints for h in workshop.hosts.dispatcher.hosts.values())
        )
        miller = Sheet("The Miller", ("the miller", "the old miller"), "he", "a man with a white beard", negative="hat")
        made = (await characters.add(workshop, OLU, miller)).character
        await portraits.set_reference(workshop, OLU, made.id, file.getvalue())
        view = await told(workshop)
        first = next(request for request in host.received if "white beard" in request["prompt"])
        assert first["negative_prompt"].endswith(", hat, nsfw, nudity") and "lowres" in first["negative_prompt"]
        if flavour == "a1111":
            sent = first["alwayson_scripts"]["ControlNet"]["args"][0]["image"]
        else:
            sent = first["ip_adapter"][0]["images"][0]
        with Image.open(io.BytesIO(base64.b64decode(sent))) as picture:
            assert picture.format == "PNG" and max(picture.size) == portraits.LONGEST_SIDE
        assert first["alwayson_scripts"]["ADetailer"]["args"][2]["ad_prompt"] == "a man with a white beard"
        assert "portrait by IP-Adapter" in view.scenes[0].means and "faces by ADetailer" in view.scenes[0].means
