"""The trackers that a run can be told to, which are those of transformers."""

from collections.abc import Sequence

from transformers.integrations import get_available_reporting_integrations
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

from base.errors import KnownError
from base.messages import _
from base.names import nearest

PACKAGES = {"azure_ml": "azureml-core", "comet_ml": "comet-ml", "flyte": "flytekit"}
"""What is to be installed for a tracker whose package has another name."""


def check_trackers(names: Sequence[str]) -> None:
    """Raise `KnownError` for a tracker that transformers does not know, or without its package."""
    available = get_available_reporting_integrations()
    for name in names:
        if name not in INTEGRATION_TO_CALLBACK:
            raise KnownError(
                _(
                    "report_to: transformers knows no tracker named {name}{hint}",
                    name=name,
                    hint=nearest(name, list(INTEGRATION_TO_CALLBACK)),
                )
            )
        if name not in available:
            raise KnownError(
                _(
                    "report_to: {name} is not installed; install it with: pip install {package}",
                    name=name,
                    package=PACKAGES.get(name, name),
                )
            )
