"""Finds the adapters that scenes and roles name: a folder in PEFT layout, or a GGUF, by name."""

from pathlib import Path

from base.folders import beside, data_folder

GGUF = ".gguf"


def adapter_folders() -> tuple[Path, ...]:
    """The folders of adapters: here, the user's, and what ships."""
    shipped = Path(__file__).parent / "library" / "adapters"
    return Path("adapters"), data_folder() / "adapters", shipped


def find_adapter(name: str, for_llama_cpp: bool) -> Path | None:
    """The adapter called `name`, in the first folder that has it; a name never leads out of them.

    That is NAME, a folder that may hold a GGUF as well, or NAME.gguf; where both lie side by side,
    llama.cpp gets the file and others the folder.
    """
    ends = (GGUF, "") if for_llama_cpp else ("", GGUF)
    for folder in adapter_folders():
        for end in ends:
            place = beside(folder, f"{name}{end}")
            if place is not None and place.exists():
                return place
    return None


def adapter_names() -> list[str]:
    """The names by which `find_adapter` finds an adapter."""
    names = {
        path.name.removesuffix(GGUF)
        for folder in adapter_folders()
        if folder.is_dir()
        for path in folder.iterdir()
        if (path.is_dir() or path.suffix == GGUF) and not path.name.startswith(".")
    }
    return sorted(names)
