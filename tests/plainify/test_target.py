"""The options of an export are checked before the training."""
from importlib import util

import pytest

from rd_plugins.plainify.target import (check_export, export_options,
                                        split_options, without_budget)
from rd_plugins.utils.errors import UsageError
from tests.helpers.pictures import save_pictures


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    return str(save_pictures(tmp_path_factory.mktemp('data'), each=1))


@pytest.mark.parametrize('text', [
    '', '--tolerance 1e-3 --verbose',
    "--cfg-options 'test_dataloader.batch_size=2' --int8 5 --dynamic"])
def test_what_can_be_given(data, text):
    check_export(export_options('cpu', data, split_options(text)))


@pytest.mark.parametrize('text, words', [
    ('--quick', 'arguments: --quick; see python tools/deploy.py --help'),
    ('--out elsewhere', 'arguments: --out elsewhere; see'),
    ('--shape 32', 'unrecognized arguments: --shape 32; see'),
    ('--int8', '--int8: expected one argument'),
    ('--int8 0', '--int8 0 is no number of images'),
    ('--cfg-options batch_size', '--deploy-options cannot be used'),
    ('--calib-images nowhere', 'nowhere has no pictures'),
    ('--sram 64K', 'onnxruntime has no --sram'),
    ('--sra 64K', 'arguments: --sra 64K'),
    ('--backend ethos-u --sram much', 'much is no size')])
def test_what_cannot(data, text, words):
    with pytest.raises(UsageError, match=words):
        check_export(export_options('cpu', data, split_options(text)))


def test_what_the_test_of_the_export_needs(data, monkeypatch):
    """It compares with ONNX Runtime's int8."""
    found = util.find_spec
    monkeypatch.setattr(util, 'find_spec', lambda name: (
        None if name == 'ml_dtypes' else found(name)))
    with pytest.raises(UsageError, match='tflite needs .*ml_dtypes'):
        check_export(export_options('cpu', data, ['--backend', 'tflite']))


def test_a_quotation_mark_alone():
    with pytest.raises(UsageError, match='No closing quotation; see'):
        split_options("--calib-images 'my images")


@pytest.mark.parametrize('budget', [['--sram', '512K'], ['--sram=512K']])
def test_a_teacher_has_no_budget(budget):
    others = ['--calib-images', 'my images', '--int8', '5', '--shape', '32',
              '32']
    assert without_budget([*others, *budget, '--verbose']) == [
        *others, '--verbose']
