"""Reads the manifests of docs/examples, and says what is wrong with them.

Kinds of Kubernetes are held to its own schemas, strictly (`kubernetes-validate`); of RayJob the
part that we use to a schema of ours, and its pods to Kubernetes'. Neither knows whether a cluster
has the nodes, the volumes, the secrets and the images that a manifest names.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

from tests.docs.pages import DOCS

EXAMPLES = sorted((DOCS / "examples").glob("*.yaml"))
KUBERNETES = "1.37"
RAYJOB = json.loads(Path(__file__).with_name("rayjob.schema.json").read_text("utf-8"))
Manifest = dict[str, Any]


def manifests(path: Path) -> list[Manifest]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one is not None]


def pod_templates(manifest: Manifest) -> Iterator[Manifest]:
    """What the pods of a manifest are made from."""
    spec = manifest["spec"]
    if manifest["kind"] == "RayJob":
        cluster = spec["rayClusterSpec"]
        groups = [cluster["headGroupSpec"], *cluster.get("workerGroupSpecs", ())]
        yield from (group["template"] for group in groups)
    elif "template" in spec:
        yield spec["template"]


def problems(manifest: Manifest) -> list[str]:
    """What a schema refuses, and names within a pod that lead nowhere; none where all is well."""
    try:
        if manifest["kind"] == "RayJob":
            jsonschema.Draft202012Validator(RAYJOB).validate(manifest)
            for template in pod_templates(manifest):
                metadata = {"name": "pod", **template.get("metadata", {})}
                pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, **template}
                kubernetes_validate.validate(pod, KUBERNETES, strict=True)
        else:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except jsonschema.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    return [found for template in pod_templates(manifest) for found in _loose(template["spec"])]


def _loose(pod: Manifest) -> Iterator[str]:
    volumes = {volume["name"] for volume in pod.get("volumes", ())}
    for container in pod["containers"]:
        mounts = {mount["name"] for mount in container.get("volumeMounts", ())}
        yield from (f"{container['name']}: no volume {name}" for name in mounts - volumes)
        ports = {port["name"] for port in container.get("ports", ())}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container.get(probe, {}).get("httpGet", {}).get("port")
            if isinstance(asked, str) and asked not in ports:
                yield f"{container['name']}: no port {asked}"


def commands(manifest: Manifest) -> Iterator[list[str]]:
    """The words behind `paotuan` of each command line in a manifest."""
    lines = [
        [*container.get("command", ()), *container.get("args", ())]
        for template in pod_templates(manifest)
        for container in template["spec"]["containers"]
    ]
    if manifest["kind"] == "RayJob":
        lines.append(shlex.split(manifest["spec"]["entrypoint"]))
    for words in lines:
        if "paotuan" in words:
            yield words[words.index("paotuan") + 1 :]
