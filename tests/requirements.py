"""What pyproject.toml asks for, written out: extras within extras are followed.

python tests/requirements.py dev              the ranges, as pip takes them
python tests/requirements.py --newest dev     the names alone, for the newest of each
"""

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
NAME = "paotuan"


def requirements(*extras: str) -> Iterator[Requirement]:
    """The requirements of the package and of these extras; some may come twice."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield from map(Requirement, project["dependencies"])
    for extra in extras:
        for found in map(Requirement, project["optional-dependencies"][extra]):
            if found.name == NAME:
                yield from requirements(*sorted(found.extras))
            else:
                yield found


def newest(requirement: Requirement) -> str:
    """The requirement without its range."""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return requirement.name + marker


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--newest", action="store_true", help="leave the ranges out")
    parser.add_argument("extras", nargs="*")
    asked = parser.parse_args()
    told = newest if asked.newest else str
    print(*dict.fromkeys(map(told, requirements(*asked.extras))), sep="\n")


if __name__ == "__main__":
    main()
