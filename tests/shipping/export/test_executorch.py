"""Exports to ExecuTorch as a user makes them."""
import json

import pytest
import torch
from torch import nn

from rd_plugins.shipping.export.pte import Pte, quantized_pt2e, to_pte
from rd_plugins.utils.errors import UsageError
from tests.helpers.tools import tool
from tests.shipping.export.test_export import CONFIG, FEW, checkpoint
from tests.shipping.tools import (assert_refuses,
                                  assert_refuses_what_cannot_be_converted,
                                  names)

pytest.importorskip('executorch')
__all__ = ['checkpoint']
SHAPE = (2, 6, 6)


class Residual(nn.Module):
    """y = conv(relu(conv(x))), with or without its shortcut."""

    def __init__(self, has_shortcut):
        super().__init__()
        self.first, self.second = (
            nn.Conv2d(2, 2, 3, padding=1) for _ in range(2))
        self.has_shortcut = has_shortcut

    def forward(self, x):
        out = self.second(self.first(x).relu())
        return (out + x if self.has_shortcut else out).flatten(1)


@pytest.mark.parametrize('with_xnnpack', [True, False])
@pytest.mark.parametrize('has_shortcut', [True, False])
def test_the_runtime_computes_the_same(with_xnnpack, has_shortcut):
    torch.manual_seed(0)
    network = Residual(has_shortcut).eval()
    run = Pte(to_pte(network, SHAPE, with_xnnpack).content)
    first, second = torch.randn(2, 1, *SHAPE)
    with torch.no_grad():
        torch.testing.assert_close(
            run(first), network(first), rtol=1e-5, atol=1e-6)
        kept = run(first)
        run(second)  # does not overwrite what was returned
        torch.testing.assert_close(
            kept, network(first), rtol=1e-5, atol=1e-6)


def test_a_shortcut_costs_a_feature_map():
    """Input and two maps, and with a shortcut none of them can be reused."""
    size = 4 * 2 * 6 * 6
    planned = [to_pte(Residual(has_shortcut).eval(), SHAPE, False).planned
               for has_shortcut in (False, True)]
    assert planned[1] - planned[0] == pytest.approx(size, abs=64)


def test_int8_is_near_float_and_smaller():
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(2, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3),
        nn.Flatten()).eval()
    images = torch.randn(16, 1, *SHAPE)
    small = quantized_pt2e(network, SHAPE, images)
    programs = [to_pte(each, SHAPE, True).content
                for each in (network, small)]
    assert len(programs[1]) < 0.4 * len(programs[0])
    with torch.no_grad():
        expected = torch.cat([network(image) for image in images])
    found = torch.cat([Pte(programs[1])(image) for image in images])
    error = (found - expected).norm() / expected.norm()
    assert 1e-4 < error < 0.05


@pytest.mark.parametrize('flags, rows', [
    (['--int8', '8'], ['executorch', 'executorch int8']),
    (['--delegate', 'none'], ['executorch'])])
def test_everything_that_is_written(checkpoint, run_dir, flags, rows):
    out = run_dir / 'out'
    done = tool('deploy.py', CONFIG, checkpoint, '--backend', 'executorch',
                *flags, '--test', '--out', out, *FEW)
    assert done.returncode == 0, done.stderr
    files = [f'end2end{row.removeprefix("executorch").replace(" ", "_")}.pte'
             for row in rows]
    assert names(out) == sorted(
        [*files, 'plain20_ce_mnist5k.py', 'report.json', 'serving.json'])
    torch_row, *found = json.loads((out / 'report.json').read_text())
    assert [row['name'] for row in found] == rows
    assert found[0]['difference'] < 1e-4
    assert found[0]['accuracy/top1'] == torch_row['accuracy/top1']
    assert all(0 <= row['accuracy/top1'] <= 100 for row in found)
    if 'none' in flags:  # two maps of 28 x 28 x 16 numbers
        assert 0 <= found[0]['planned'] - 2 * 28 * 28 * 16 * 4 < 4096


def test_int8_needs_xnnpack(checkpoint, run_dir):
    assert_refuses(
        'deploy.py', CONFIG, checkpoint, '--backend', 'executorch', '--int8',
        '8', '--delegate', 'none', '--out', run_dir / 'out',
        words=['INT8 is quantised for XNNPACK', 'leave out one of them'])
    assert not names(run_dir)


def test_a_network_that_cannot_be_converted(checkpoint, run_dir, monkeypatch):
    assert_refuses_what_cannot_be_converted(
        checkpoint, run_dir, monkeypatch, 'executorch',
        words=['ExecuTorch 1.', 'does not convert'])


def test_a_file_that_is_no_program():
    with pytest.raises(UsageError, match='runtime of ExecuTorch .* not work'):
        Pte(b'no program' * 10)
