import pytest
import torch

from indexers.encoders.device import pick_device
from indexers.errors import ConfigError


def test_devices_that_are_not_here_are_refused(monkeypatch):
    assert pick_device("cpu").type == "cpu"
    with pytest.raises(ConfigError, match="auto, cpu, cuda"):
        pick_device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="sees no GPU"):
        pick_device("cuda")
    assert pick_device("auto").type == "cpu"
