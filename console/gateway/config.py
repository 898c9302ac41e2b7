"""The gateway's own file, TOML: read once, checked whole, and no secret in it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from console.settings import Zone
from data.mail.addresses import address
from data.shift.policy import SHIFT_FILE
from data.sync.address import absolute, has_password

HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class ConfigError(Exception):
    """The file cannot be used; the message names it, the setting and what is expected."""


def _without_password(text: str) -> str:
    if has_password(text):
        raise ValueError("leave the password out and name a file that holds it (hub_password_file)")
    return text


class MailConfig(BaseModel):
    """Where mail is handed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(pattern=r"^[A-Za-z0-9.:-]+$")
    port: int = Field(587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    """`none` only for a server that asks for no password, or is this machine."""
    ca_file: Path | None = None
    """Whose certificates are believed; None: the system's."""
    user: str = ""
    password_file: Path | None = None
    sender: Annotated[str, AfterValidator(address)]
    """The address that mail comes from."""
    timeout: float = Field(20, gt=0, le=60)
    """Seconds for one answer of the server."""

    @model_validator(mode="after")
    def _together(self) -> MailConfig:
        if bool(self.user) != (self.password_file is not None):
            raise ValueError("user and password_file belong together: set both, or none of them")
        if self.user and self.security == "none" and self.server not in HERE:
            raise ValueError("a password would be sent in the clear: set security to starttls or tls")
        return self


class GatewayConfig(BaseModel):
    """Everything that a gateway is told. Paths are seen from the folder of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hub: Annotated[str, AfterValidator(_without_password)]
    """The hub's address, as in the settings of a seat."""
    hub_password_file: Path | None = None
    """Of the feed's login at a hub in PostgreSQL."""
    data_dir: Path
    """A folder of this gateway alone."""
    name: str = Field("gateway", min_length=1, max_length=60)
    time_zone: Zone = "America/New_York"
    shift: Path = SHIFT_FILE
    """The site's `shift.yaml`: whom the schedule goes to, and when."""
    mail: MailConfig

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.time_zone)


def load(file: Path) -> GatewayConfig:
    """Read the file.

    Raises:
        ConfigError: it cannot be read, or something in it is unknown or does not fit.
    """
    try:
        held = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}): name the gateway's file.") from error
    except ValueError as error:
        raise ConfigError(f"{file} is not readable as TOML ({error}): mend it.") from error
    try:
        config = GatewayConfig.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{name} in {file}: {first['msg'].removeprefix('Value error, ').rstrip('.')}.") from error
    return _placed(config, file.absolute().parent)


def _placed(config: GatewayConfig, folder: Path) -> GatewayConfig:
    """Every path as it is meant from everywhere."""

    def at(path: Path | None) -> Path | None:
        return folder / path.expanduser() if path is not None else None

    mail = config.mail.model_copy(
        update={"ca_file": at(config.mail.ca_file), "password_file": at(config.mail.password_file)}
    )
    return config.model_copy(
        update={
            "hub": absolute(config.hub, folder),
            "hub_password_file": at(config.hub_password_file),
            "data_dir": at(config.data_dir),
            "shift": at(config.shift),
            "mail": mail,
        }
    )


def secret(file: Path | None) -> SecretStr | None:
    """The password in a file: its first line.

    Raises:
        ConfigError: it cannot be read, others may read it, or it is empty.
    """
    if file is None:
        return None
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(f"Others may read the password in {file}: chmod 600 {file}.")
        first = file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        raise ConfigError(f"The password in {file} cannot be read: check the file and its rights.") from error
    if not first:
        raise ConfigError(f"The password file {file} is empty: put the password on its first line.")
    return SecretStr(first)
