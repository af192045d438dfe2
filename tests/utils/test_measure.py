import time

import pytest
import torch
from torch import nn

from rd_plugins.utils.measure import (accuracy, count_macs_and_params,
                                      forward_pass, median_times)


def test_macs_and_params():
    """One multiply-add counts once."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False))
    macs, params = count_macs_and_params(model, (3, 10, 10))
    assert macs == 8 * 3 * 9 * 100
    assert params == 8 * 3 * 9


def test_accuracy_counts_images():
    logits = torch.eye(6)
    pairs = [(logits[:4], torch.tensor([0, 1, 2, 5])),
             (logits[4:], torch.tensor([4, 5]))]
    assert accuracy(nn.Identity(), pairs) == pytest.approx(100 * 5 / 6)


def test_median_times():
    calls = dict(slow=0, fast=0)

    def sleep(name, seconds):
        calls[name] += 1
        time.sleep(seconds)

    times = median_times(
        dict(slow=lambda: sleep('slow', 0.03), fast=lambda: sleep('fast', 0)),
        repeats=3,
        warm_up=2)
    assert times['slow'] == pytest.approx(0.03, rel=0.5)
    assert times['fast'] < 0.02
    assert calls == dict(slow=5, fast=5)


def test_forward_pass_sends_every_batch():
    seen = []
    forward_pass(seen.append, torch.arange(5).split(2))()
    assert [batch.tolist() for batch in seen] == [[0, 1], [2, 3], [4]]
