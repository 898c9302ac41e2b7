"""Settings: read once at the start from a TOML file and the environment, and passed in.

`AGENT_CONSOLE_…` variables win over the file; `settings.toml` lies in the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from data.playbook.files import CONTENT

APP = "agent-console"
SETTINGS_FILE = "settings.toml"


class SettingsError(Exception):
    """Settings that cannot be used; the message names the file, the setting and what is expected."""


class Settings(BaseSettings):
    """Everything an organisation or a seat can set, with working sample values."""

    model_config = SettingsConfigDict(env_prefix="AGENT_CONSOLE_", extra="forbid", frozen=True)

    organisation: str = Field("Example Support", description="The name that agents say in the greeting.")
    region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="Country whose phone numbers may be written without +."
    )
    theme: str = Field("night", description="Name of the theme: night or day.")
    hub: Path | None = Field(None, description="File of the embedded hub; empty: hub.db in the data folder.")
    script: Path = Field(CONTENT / "plain.yaml", description="The script that every contact begins with.")
    choices: Path = Field(
        CONTENT / "dispositions.yaml", description="Dispositions and not-ready reasons, with a key each."
    )
    seat: str = Field("seat", description="What this seat is called at the hub.")
    notifications: bool = Field(True, description="Short notices in the corner of the screen.")
    backup_hours: float = Field(
        1, ge=0, le=168, description="Hours from one backup of the seat to the next; 0: none by itself."
    )
    backup_keep: int = Field(
        24, ge=1, le=1000, description="How many of these stay, beside the last one of each of seven days."
    )
    keys: dict[str, str] = Field(
        default_factory=dict, description="Other keys for actions: action id = key, or several parted by commas."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values first, then the environment, then the file that `load` named."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def data_folder(chosen: Path | None, *, practice: bool = False) -> Path:
    """The folder that holds the store: `--data-dir`, else AGENT_CONSOLE_HOME, else the platform's own.

    The practice floor has a folder of its own, so that played callers never stand among real ones."""
    if chosen is not None:
        return chosen.expanduser()
    if home := os.environ.get("AGENT_CONSOLE_HOME"):
        return Path(home).expanduser()
    import platformdirs

    folder = platformdirs.user_data_path(APP)
    return folder / "practice" if practice else folder


def load(folder: Path) -> Settings:
    """The settings of the seat whose data lies in `folder`.

    Raises:
        SettingsError: the file is not TOML, or a setting is unknown or does not fit.
    """
    file = folder / SETTINGS_FILE

    class Here(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return Here()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"Setting '{name}' in {file} or the environment: {first['msg']}.") from error
    except ValueError as error:
        raise SettingsError(f"{file} is not readable as TOML ({error}): mend it or put it aside.") from error
