"""Exports to microcontrollers as a user makes them."""
import json

import pytest

from rd_plugins.shipping.export.micro.graph import operators
from tests.helpers.tools import tool
from tests.shipping.export.test_export import CONFIG, FEW, checkpoint
from tests.shipping.tools import (assert_refuses,
                                  assert_refuses_what_cannot_be_converted,
                                  names)

pytest.importorskip('litert_torch')
pytest.importorskip('tflite_micro')
pytest.importorskip('ethosu')
__all__ = ['checkpoint']
ETHOS = ['--accelerator', 'ethos-u55-128', '--memory-mode', 'Sram_Only']
CALIBRATE = ['--int8', '8']


def test_everything_that_is_written(checkpoint, run_dir):
    """Accuracies of all runtimes, the arena, and what the compiler says."""
    out = run_dir / 'out'
    done = tool('deploy.py', CONFIG, checkpoint, '--backend', 'ethos-u',
                *ETHOS, *CALIBRATE, '--sram', '64K', '--test', '--layers',
                '--rotate-180', '--out', out, *FEW)
    assert done.returncode == 0, done.stderr
    assert names(out) == sorted([
        'end2end.tflite', 'end2end_int8.tflite', 'end2end_int8_vela.tflite',
        'layers.json', 'plain20_ce_mnist5k.py', 'report.json', 'serving.json'])
    rows = {row['name']: row
            for row in json.loads((out / 'report.json').read_text())}
    assert list(rows) == ['PyTorch', 'tflite', 'tflite-micro int8',
                          'onnxruntime int8', 'ethos-u55-128']
    assert rows['tflite']['difference'] < 1e-4
    assert rows['tflite']['accuracy/top1'] == rows['PyTorch']['accuracy/top1']
    assert 0 <= rows['tflite-micro int8']['accuracy/top1'] <= 100
    # Two maps of 28 x 28 x 16 bytes, none of them padded
    assert rows['tflite-micro int8']['arena_head'] == 2 * 28 * 28 * 16
    compiled = rows['ethos-u55-128']
    assert 2 * 28 * 28 * 16 <= compiled['sram'] <= 64 * 1024
    assert compiled['compiler'].startswith('ethos-u-vela ')
    assert compiled['on_cpu'] == [] and compiled['estimated_cycles'] > 0
    found = operators((out / 'end2end_int8_vela.tflite').read_bytes())
    assert [operator.kind for operator in found] == ['ethos-u']
    serving = json.loads((out / 'serving.json').read_text())
    assert serving['input']['shape'] == [1, 28, 28, 1]
    assert serving['int8']['input'].startswith('int8 = round(x / ')
    assert serving['rotate_180'] is True


def test_a_budget_that_is_exceeded(checkpoint, run_dir):
    """By how much, what fits instead, and no file."""
    assert_refuses(
        'deploy.py', CONFIG, checkpoint, '--backend', 'ethos-u', *ETHOS,
        *CALIBRATE, '--sram', '12K', '--out', run_dir / 'out', words=[
            'more than the budget of 12 KiB', 'images of 16 x 16 (8 KiB)',
            'Nothing was written'])
    assert not names(run_dir)


def test_no_images_to_calibrate_with(checkpoint, run_dir):
    assert_refuses(
        'deploy.py', CONFIG, checkpoint, '--backend', 'tflite', '--out',
        run_dir / 'out', '--cfg-options', 'train_dataloader=None',
        words=['no training images to calibrate', '--calib-images'])
    assert not names(run_dir)


def test_a_network_that_cannot_be_converted(checkpoint, run_dir, monkeypatch):
    assert_refuses_what_cannot_be_converted(
        checkpoint, run_dir, monkeypatch, 'tflite', *CALIBRATE,
        words=['LiteRT-Torch does not convert'])
