"""One frozen set of settings; every one can be given as GEO_SERVICE_… in the environment."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from layers.rules.passwords import ONE_TIME_DAYS

_BYTES_A_ROW = 1_200  # that building the columns of problems takes, at most


def _memory_bytes() -> int:
    """The machine's memory, or what its container may use of it."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(whole, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # there is none, or it says “max”
        return whole


class Settings(BaseSettings):
    """How the service runs; built once, by the command line or a test, never at import."""

    model_config = SettingsConfigDict(env_prefix="GEO_SERVICE_", frozen=True)

    store: str = ""
    data_dir: Path = Path("data")
    language: str = "zh"
    largest_upload_bytes: int = 2 << 30
    largest_body_bytes: int = 8 << 20
    largest_photo_bytes: int = 25 << 20
    largest_saved_map_bytes: int = 20 << 20
    most_column_rows: Annotated[int, Field(ge=0)] = (
        0  # of a layer on PostGIS that is held as columns; 0 = by the memory
    )
    hotspot_radius_m: float = 300.0
    tick_seconds: float = 60.0  # what runs on its own; 0 = nothing does
    photo_radius_m: float = 200.0
    base_url: str = ""  # where people reach the service; links in mails and texts begin with it
    hosts: str = ""  # names that the service answers to, separated by commas; “*” = any; this machine's by default
    bound_to: str = ""  # set by `serve`: the name or address that it was told to listen on
    bound_port: int = 0  # set by `serve`: the port that it listens on
    trusted_proxies: str = ""  # addresses or networks whose X-Forwarded-For and -Proto are believed
    writes_per_minute: int = 3000  # of one address and worker process; 0 = no limit
    reports_per_hour: int = 10  # without signing in, of one address and worker process; 0 = no limit
    connections_per_client: int = 1000  # of one address and worker process; 0 = no limit
    listeners_per_client: int = 100  # pages of one address that are told of changes, by each worker process
    event_beat_s: float = 15.0  # after which a page that listens hears that the service is still there
    request_head_s: float = 10.0  # within which the head of a request must have come
    request_body_s: float = 20.0  # for a body, beyond a second for every kilobyte
    keep_alive_s: int = 75  # of an idle connection; longer than proxies and programs keep theirs
    oidc_issuer: str = ""  # of an OpenID provider with which people may sign in
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = "OpenID"  # on the button of the sign-in page
    one_time_password_days: Annotated[int, Field(ge=0, le=366)] = ONE_TIME_DAYS  # of a drawn one; 0 = without an end
    digest_hour: int = 18  # of the town's day, from which the daily reports go out; -1 = never
    smtp_host: str = ""  # no mail is sent without it
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False
    smtp_from: str = "geo-service@localhost"
    send_timeout_s: float = 10.0  # for a mail server or a web address to answer

    @field_validator("base_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("GEO_SERVICE_BASE_URL begins with http:// or https://")
        return value.rstrip("/")

    @property
    def has_oidc(self) -> bool:
        """Whether an OpenID provider is set up."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    @property
    def store_url(self) -> str:
        """The store's address; by default a GeoPackage in the data folder."""
        return self.store or f"gpkg://{(self.data_dir / 'town.gpkg').absolute()}"

    @property
    def column_rows(self) -> int:
        """With more rows than that a layer on PostGIS is not held as columns: the database writes its tiles.

        By default what two workers may build at once in half of the machine's memory.
        """
        return self.most_column_rows or _memory_bytes() // (4 * _BYTES_A_ROW)

    @property
    def work_dir(self) -> Path:
        """Where uploads wait for their import."""
        return self.data_dir.absolute() / "work"

    @property
    def column_dir(self) -> Path:
        """Where the side files of columns are; they may be deleted at any time."""
        return self.data_dir.absolute() / "columns"

    @property
    def photo_dir(self) -> Path:
        """Where the photos are, for either kind of store."""
        return self.data_dir.absolute() / "photos"

    @property
    def basemap_dir(self) -> Path:
        """Where the files of basemaps are, which the service only reads."""
        return self.data_dir.absolute() / "basemaps"
