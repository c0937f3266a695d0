"""Where a checkpoint lies: a folder, or a snapshot in the cache of huggingface_hub; fetching one into it."""

from pathlib import Path
from typing import Any

from indexers.encoders.hub.names import HubName, parse_name
from indexers.errors import ModelError

PATTERNS = ("*.json", "*.txt", "*.model", "*.safetensors", "README.md")
LEFT_OUT = ("onnx/*", "openvino/*", "*.onnx", "*.bin", "*.h5", "*.msgpack", "*.pt", "*.ckpt")


def locate(named: HubName) -> Path:
    """Find the folder of a checkpoint; nothing is fetched.

    Raises:
        ModelError: it is not there; the message says how to get it.
    """
    if named.path is not None:
        if not named.path.is_dir():
            raise ModelError(f"no folder {named.path}: {named.name} must name the folder of a checkpoint")
        return named.path
    _hub(named)
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return _snapshot(named, local_files_only=True)
    except LocalEntryNotFoundError as error:
        raise ModelError(
            f"{named.name} is not on this machine: run `segue models pull {named.name}` (a folder is named by its "
            "absolute path)"
        ) from error


def pull(name: str) -> Path:
    """Fetch a repository into the cache of huggingface_hub, or find it there; give its folder.

    HF_HUB_OFFLINE, HF_HOME, HF_TOKEN and the other settings of that library hold here too.

    Raises:
        ConfigError: the name is no checkpoint's.
        ModelError: huggingface_hub is missing, there is no network, or no such repository.
    """
    named = parse_name(name)
    if named.path is not None:
        return locate(named)
    _hub(named)
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        return _snapshot(named, local_files_only=False)
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise ModelError(
            f"{name} cannot be fetched: there is no way to the hub (no network, or HF_HUB_OFFLINE is set); copy the "
            "checkpoint's folder to this machine and write hub: and its absolute path"
        ) from error
    except HfHubHTTPError as error:
        line = " ".join(str(error).split())[:200]
        raise ModelError(f"{name} cannot be fetched ({line}): check the id; a gated one needs HF_TOKEN") from error
    except OSError as error:
        raise ModelError(
            f"{name} cannot be fetched ({error}): try again, or see to the network and the disk"
        ) from error


def _snapshot(named: HubName, *, local_files_only: bool) -> Path:
    found: str = _hub(named).snapshot_download(
        named.repo,
        revision=named.revision,
        allow_patterns=list(PATTERNS),
        ignore_patterns=list(LEFT_OUT),
        local_files_only=local_files_only,
    )
    return Path(found)


def _hub(named: HubName) -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise ModelError(
            f"{named.name} needs huggingface_hub: run `pip install 'segue[hub]'`, or write hub: and the absolute path "
            "of the checkpoint's folder"
        ) from error
    return huggingface_hub
