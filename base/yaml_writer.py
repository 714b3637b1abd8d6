"""Plain values to YAML that both YAML 1.1 and our reader understand as what they were."""

import yaml

from base.yaml_tree import DECIMAL, INTEGER


class _Dumper(yaml.SafeDumper):
    """Writes long texts as literal blocks, and quotes whatever either YAML 1.1 or we misread."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", DECIMAL, list("-+.0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", INTEGER, list("-+0123456789"))


def yaml_text(value: object) -> str:
    """The YAML of a value, its keys in their order, texts unescaped."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
