"""Settings: environment variables with the prefix ``FIRESIDE_``, and ``.env``. Read once, handed down.

``.env.example`` documents every one of them; a test keeps the two in step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from storycore.errors import SettingsError
from storycore.images.base import Backend
from storycore.narration.voices import VoiceSettings
from storycore.suggesting.endpoint import SuggestOptions


def _number(value: object) -> object:
    """The environment holds text, which is no literal number."""
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


class Settings(BaseSettings):
    """All settings of Fireside. Secrets are kept in types that do not print themselves."""

    model_config = SettingsConfigDict(
        env_prefix="FIRESIDE_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    discord_token: SecretStr | None = None
    discord_api: str = ""
    discord_gateway: str = ""
    database_url: str = "sqlite+aiosqlite:///data/fireside.db"
    media_dir: Path = Path("data/media")
    image_backend: Backend = "storyboard"
    diffusers_models: str = ""
    webui_hosts: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    host_servers: Annotated[tuple[int, ...], NoDecode] = ()
    private_hosts: bool = False
    candidates: int = Field(default=4, ge=1, le=9)
    picture_size: str = Field(default="1024x576", pattern=r"^\d{2,4}x\d{2,4}$")
    max_scenes: int = Field(default=40, ge=1, le=100)
    film_quality: Annotated[Literal[360, 540, 720, 1080], BeforeValidator(_number)] = 1080
    speech_url: SecretStr | None = None
    speech_key: SecretStr | None = None
    speech_model: str = "tts-1"
    speech_voices: str = ""
    suggest_url: SecretStr | None = None
    suggest_key: SecretStr | None = None
    suggest_model: str = ""
    piper_dir: Path | None = None
    piper_voices: str = ""
    spacy_model: str = ""
    public_url: str = Field(default="", pattern=r"^(https?://[^\s]+)?$")
    public_bind: str = Field(default="127.0.0.1:8090", pattern=r"^[^\s:]+:\d{1,5}$")
    sync_guild: int | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("webui_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("host_servers", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(int(part) for part in value.split(",") if part.strip())
        return value

    @field_validator("picture_size")
    @classmethod
    def _sizes(cls, value: str) -> str:
        for side in value.split("x"):
            if not 64 <= int(side) <= 2048 or int(side) % 8:
                raise ValueError("each side is 64 to 2048 pixels, a multiple of 8")
        return value

    @property
    def voices(self) -> VoiceSettings:
        """The voices beside the bundled ones."""
        return VoiceSettings(
            speech_url=self.speech_url.get_secret_value().strip() if self.speech_url else "",
            speech_key=self.speech_key.get_secret_value().strip() if self.speech_key else "",
            speech_model=self.speech_model,
            speech_voices=self.speech_voices,
            piper_dir=self.piper_dir,
            piper_voices=self.piper_voices,
        )

    @property
    def suggest(self) -> SuggestOptions:
        """Who suggests prompts; without an address nobody."""
        return SuggestOptions(
            url=self.suggest_url.get_secret_value().strip() if self.suggest_url else "",
            key=self.suggest_key.get_secret_value().strip() if self.suggest_key else "",
            model=self.suggest_model.strip(),
        )

    @property
    def public_place(self) -> tuple[str, int]:
        """Host and port where films are given out by address."""
        host, port = self.public_bind.rsplit(":", 1)
        return host, int(port)

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height of a candidate, pixels."""
        width, height = self.picture_size.split("x")
        return int(width), int(height)


def read_settings() -> Settings:
    """Read the settings. Raises ``SettingsError`` that names the variable and never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        name = "FIRESIDE_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise SettingsError(f"{name} is not right: {first['msg']}.", "See .env.example for what it may be.") from None


def require_token(settings: Settings) -> str:
    """The bot's token. Raises ``SettingsError`` with one plain sentence that says where to get one."""
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        raise SettingsError(
            "FIRESIDE_DISCORD_TOKEN is not set: make an application at discord.com/developers/applications, "
            "copy its bot token, and put it into .env (see .env.example)."
        )
    return token
