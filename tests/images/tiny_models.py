"""Tiny, untrained models with every part that the real ones have, saved as diffusers keeps them. Imports torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DDPMScheduler,
    EulerDiscreteScheduler,
    IFPipeline,
    IFSuperResolutionPipeline,
    StableDiffusionPipeline,
    StableDiffusionUpscalePipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

_SPECIAL = ["<|startoftext|>", "<|endoftext|>"]


def _clip_tokenizer(folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), *_SPECIAL]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def _t5_tokenizer() -> Any:
    words = ["<pad>", "</s>", "<unk>", *(chr(code) for code in range(33, 127))]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=77
    )


def _clip(width: int, *, projected: bool = False, act: str = "quick_gelu") -> Any:
    config = CLIPTextConfig(
        hidden_size=width,
        intermediate_size=37,
        projection_dim=32,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=190,
        bos_token_id=188,
        eos_token_id=189,
        pad_token_id=189,
        hidden_act=act,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)


def _unet(width: int, **more: Any) -> Any:
    given: dict[str, Any] = {
        "block_out_channels": (8, 16),
        "norm_num_groups": 8,
        "attention_head_dim": 8,
        "layers_per_block": 1,
        "sample_size": 32,
        "in_channels": 4,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": width,
    }
    return UNet2DConditionModel(**(given | more))


def _vae() -> Any:
    return AutoencoderKL(
        block_out_channels=[8, 16],
        norm_num_groups=8,
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
        mid_block_add_attention=False,
    )


def stable_diffusion(folder: Path, width: int = 32) -> Path:
    """Stable Diffusion 1.5; with ``width`` 1024 it is 2.1 by its shape."""
    torch.manual_seed(0)
    StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=_clip(width),
        tokenizer=_clip_tokenizer(folder / "words"),
        unet=_unet(width),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def stable_diffusion_xl(folder: Path) -> Path:
    """SDXL, with its two readers."""
    torch.manual_seed(0)
    StableDiffusionXLPipeline(
        vae=_vae(),
        text_encoder=_clip(32, act="gelu"),
        text_encoder_2=_clip(32, projected=True, act="gelu"),
        tokenizer=_clip_tokenizer(folder / "words"),
        tokenizer_2=_clip_tokenizer(folder / "words_2"),
        unet=_unet(
            64,
            attention_head_dim=(2, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 2),
            projection_class_embeddings_input_dim=80,
        ),
        scheduler=EulerDiscreteScheduler(beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading"),
    ).save_pretrained(folder)
    return folder


def deepfloyd_if(folder: Path) -> tuple[Path, Path, Path]:
    """DeepFloyd IF's two stages, and the upscaler that is its third."""
    torch.manual_seed(0)
    reader = T5EncoderModel(
        T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=37, num_layers=1, num_heads=4, decoder_start_token_id=0)
    )
    simple = {
        "down_block_types": ("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
        "up_block_types": ("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        "out_channels": 6,
        "only_cross_attention": True,  # as in the real ones: a large picture has too many places to compare
        "encoder_hid_dim": 32,
        "attention_head_dim": 8,
        "addition_embed_type": "text",
        "addition_embed_type_num_heads": 2,
        "resnet_time_scale_shift": "scale_shift",
        "time_embedding_act_fn": "gelu",
        "cross_attention_norm": "group_norm",
    }
    noise: dict[str, Any] = {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "squaredcos_cap_v2"}
    learned = noise | {"thresholding": True, "dynamic_thresholding_ratio": 0.95, "sample_max_value": 1.0}
    learned |= {"prediction_type": "epsilon", "variance_type": "learned_range"}
    none: dict[str, Any] = {"safety_checker": None, "feature_extractor": None, "watermarker": None}
    IFPipeline(
        text_encoder=reader,
        tokenizer=_t5_tokenizer(),
        unet=_unet(32, in_channels=3, **simple),
        scheduler=DDPMScheduler(**learned),
        requires_safety_checker=False,
        **none,
    ).save_pretrained(folder / "one")
    IFSuperResolutionPipeline(
        text_encoder=reader,
        tokenizer=_t5_tokenizer(),
        unet=_unet(32, in_channels=6, class_embed_type="timestep", **simple),
        scheduler=DDPMScheduler(**learned),
        image_noising_scheduler=DDPMScheduler(**noise),
        requires_safety_checker=False,
        **none,
    ).save_pretrained(folder / "two")
    StableDiffusionUpscalePipeline(
        vae=_vae(),
        text_encoder=_clip(32),
        tokenizer=_clip_tokenizer(folder / "words"),
        unet=_unet(
            32,
            in_channels=7,
            num_class_embeds=1000,
            attention_head_dim=8,
            only_cross_attention=True,
            block_out_channels=(8, 8, 8, 16),
            down_block_types=("DownBlock2D", "DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"),
        ),
        low_res_scheduler=DDPMScheduler(),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", prediction_type="v_prediction"),
        max_noise_level=350,
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
    ).save_pretrained(folder / "three")
    return folder / "one", folder / "two", folder / "three"
