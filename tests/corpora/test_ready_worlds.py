"""The worlds that come along have values for each slot of our templates and of CamelBell's."""

from pathlib import Path

import pytest

from scenes.data.teacher import templates
from scenes.data.teacher.questions import own_templates

WORLDS = sorted(Path(templates.__file__).with_name("worlds").glob("*.yaml"))


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_every_slot_has_values_of_its_own(path):
    world = templates.read_slots(path)
    named = own_templates("zh").ask.keys() - {"enemy", "weakness"}
    for role, own in world.roles.items():
        values = world.values_for(role)
        assert named | {"enemy", "weakness"} <= values.keys(), role
        assert all(len(values[name]) >= 8 for name in values), role
        assert all(role not in some for some in own.values())
    for values in world.slots.values():
        assert len(values) == len(set(values)) and all("\n" not in one for one in values)
