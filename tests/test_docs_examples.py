"""The manifests of docs/examples pass a linter, and the programs in them are called as they are."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kubernetes_validate", reason="needs the extra `dev`")

from tests.docs.manifests import EXAMPLES, Manifest, commands, manifests, pod_templates, problems
from tests.docs.pages import DOCS, read_page
from tests.test_docs import SHELL, command_of
from tests.test_docs import commands as commands_of_program

ALL = {path.name: manifests(path) for path in EXAMPLES}
JOB = ALL["torchrun-train.yaml"][1]
RAYJOB = ALL["ray-distill.yaml"][0]
TABLES = ALL["vllm-tables.yaml"][1]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_passes_the_linter(path: Path) -> None:
    assert [problem for one in manifests(path) for problem in problems(one)] == []


def container(manifest: Manifest) -> Manifest:
    return next(pod_templates(manifest))["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("manifest", "spoil"),
    [
        (JOB, lambda one: one["spec"].update(completionmode="Indexed")),
        (JOB, lambda one: one["spec"].update(completions="two")),
        (JOB, lambda one: container(one).update(comand=["torchrun"])),
        (JOB, lambda one: container(one)["volumeMounts"].append({"name": "x", "mountPath": "/x"})),
        (TABLES, lambda one: one["spec"].pop("selector")),
        (TABLES, lambda one: container(one)["readinessProbe"]["httpGet"].update(port="htp")),
        (RAYJOB, lambda one: one["spec"].update(submissionmode="HTTPMode")),
        (RAYJOB, lambda one: one["spec"]["rayClusterSpec"]["workerGroupSpecs"][0].pop("groupName")),
        (RAYJOB, lambda one: container(one).update(imagePull="Always")),
    ],
)
def test_a_spoilt_example_is_refused(manifest: Manifest, spoil: Callable[[Any], Any]) -> None:
    spoilt = deepcopy(manifest)
    spoil(spoilt)
    assert len(problems(spoilt)) == 1


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_service_leads_to_pods_of_the_same_example(name: str) -> None:
    labels = [
        template.get("metadata", {}).get("labels", {})
        for one in ALL[name]
        for template in pod_templates(one)
    ]
    for service in (one for one in ALL[name] if one["kind"] == "Service"):
        wanted = service["spec"]["selector"].items()
        assert any(wanted <= given.items() for given in labels), service["metadata"]["name"]


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_example_calls_the_program_as_it_is(name: str) -> None:
    for words in (words for one in ALL[name] for words in commands(one)):
        command = command_of(words)
        assert command, words
        named = {word.partition("=")[0] for word in words if SHELL.fullmatch(word.split("=")[0])}
        assert named <= commands_of_program()[command]


def test_each_node_starts_as_many_processes_as_it_has_gpus() -> None:
    words = container(JOB)["command"]
    gpus = container(JOB)["resources"]["limits"]["nvidia.com/gpu"]
    assert f"--nproc-per-node={gpus}" in words
    assert f"--nnodes={JOB['spec']['completions']}" in words
    assert JOB["spec"]["completions"] == JOB["spec"]["parallelism"]


def test_the_books_are_told_by_all_teachers_that_are_started() -> None:
    service, teachers = ALL["vllm-teachers.yaml"]
    (port,) = service["spec"]["ports"]
    names = [
        f"http://teachers-{at}.{service['metadata']['name']}:{port['port']}/v1"
        for at in range(teachers["spec"]["replicas"])
    ]
    (words,) = commands(RAYJOB)
    assert [words[at + 1] for at, word in enumerate(words) if word == "--teacher"] == names


def test_the_page_names_every_example() -> None:
    links = read_page(DOCS / "scale.md").links
    assert {f"examples/{name}" for name in ALL} <= set(links)
