"""The same made scene as where scenes are tested."""

from tests.scenes.conftest import make_scene as make_scene
from tests.scenes.conftest import scene as scene
