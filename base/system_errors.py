"""Why the system refused something, in the person's language."""

from base.messages import N_, _

REASONS = (
    *(N_("No such file or directory"), N_("Permission denied"), N_("Operation not permitted")),
    *(N_("Is a directory"), N_("Not a directory"), N_("File exists"), N_("File name too long")),
    *(N_("No space left on device"), N_("Disk quota exceeded"), N_("File too large")),
    *(N_("Read-only file system"), N_("Too many levels of symbolic links")),
    *(N_("Directory not empty"), N_("Input/output error"), N_("Too many open files")),
    *(N_("Device or resource busy"), N_("Text file busy"), N_("No such device or address")),
    *(N_("Broken pipe"), N_("Connection refused"), N_("Connection reset by peer")),
    *(N_("Connection timed out"), N_("Network is unreachable"), N_("Invalid argument")),
    *(N_("Cannot allocate memory"), N_("Function not implemented"), N_("Stale file handle")),
)
"""What systems say, as they say it in English; anything else stays as it is."""


def system_reason(error: OSError | str) -> str:
    """What the system says of an error, or of a reason that it has given in English."""
    return _(error if isinstance(error, str) else error.strerror or str(error))
