"""One frozen set of settings; every one can be given as GEO_SERVICE_… in the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs; built once, by the command line or a test, never at import."""

    model_config = SettingsConfigDict(env_prefix="GEO_SERVICE_", frozen=True)

    store: str = ""
    data_dir: Path = Path("data")
    language: str = "zh"
    largest_upload_bytes: int = 2 << 30
    largest_body_bytes: int = 8 << 20
    hotspot_radius_m: float = 300.0

    @property
    def store_url(self) -> str:
        """The store's address; by default a GeoPackage in the data folder."""
        return self.store or f"gpkg://{(self.data_dir / 'town.gpkg').absolute()}"

    @property
    def work_dir(self) -> Path:
        """Where uploads wait for their import."""
        return self.data_dir.absolute() / "work"
