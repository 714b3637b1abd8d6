"""The same made scene as where scenes are tested."""

from tests.scenes.conftest import make_scene as make_scene
