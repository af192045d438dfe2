"""What becomes a sentence, and what stays a traceback."""
import sys
from urllib.request import urlopen

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpretrain.datasets import CIFAR10
from mmpretrain.registry import MODELS, OPTIM_WRAPPERS

from rd_plugins.engine.refusals import exit_on_usage_error, sentence_of
from rd_plugins.engine.refusals.config_rules import names_in, options_of
from rd_plugins.engine.refusals.failure import nearest
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import read_weights


def sentence(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        return sentence_of(error)
    raise AssertionError('nothing was raised')


def raises(error):
    raise error


def test_nearest_word():
    assert nearest('Depht', ['width', 'depth']) == 'depth'
    assert nearest('CIFARRESNET', ['CifarResNet']) == 'CifarResNet'
    assert nearest('zzz', ['width', 'depth']) is None


def test_what_the_runner_refuses_as_a_whole(tmp_path):
    found = sentence(Runner, model=torch.nn.Linear(1, 1),
                     work_dir=str(tmp_path), train_dataloader=dict())
    assert found.startswith("The config's settings cannot be used: ")


def test_a_type_that_no_registry_knows():
    found = sentence(OPTIM_WRAPPERS.build, dict(type='OptimWraper'))
    assert "no optimizer wrapper 'OptimWraper'" in found
    assert "did you mean 'OptimWrapper'?" in found
    assert 'rd_plugins.CifarResNet' in names_in(MODELS)
    assert 'ImageClassifier' in names_in(MODELS)


def test_images_that_are_absent_and_cannot_be_downloaded(
        tmp_path, monkeypatch):
    """Their folder is named; MMPretrain says nothing but the address."""
    address = (tmp_path / 'absent.tar.gz').as_uri()
    monkeypatch.setattr(CIFAR10, 'url', address)
    found = sentence(CIFAR10, str(tmp_path / 'here'), 'train')
    assert f'CIFAR10 is not in {tmp_path}/here, and its download' in found
    assert 'train_dataloader.dataset.data_root=PATH' in found
    assert sentence(urlopen, address).startswith('A download failed')


def test_an_option_names_the_nearest_of_the_class_and_its_bases():
    found = sentence(MODELS.build, dict(
        type='rd_plugins.CifarResNet', depth=20, frozen_stage=1))
    assert "CifarResNet has no option 'frozen_stage'" in found
    assert "did you mean 'frozen_stages'?" in found


def test_options_stop_where_no_more_are_passed_on():

    class Base:

        def __init__(self, hidden):
            pass

    class Closed(Base):

        def __init__(self, shown):
            pass

    class Open(Closed):

        def __init__(self, own, **kwargs):
            pass

    assert options_of(Open) == ['own', 'shown']
    assert options_of(lambda a, *b, c, **d: 0) == ['a', 'c']


@pytest.mark.parametrize('cfg, words', [
    (3, 'gives 3 for a model'),
    (dict(backbone=dict()), 'has no type'),
    (dict(type='ResNet', depth=18, strides=(1, 2)),
     'ResNet cannot be built from its options (depth=18): AssertionError: '
     'assert len(strides)'),
])
def test_models_that_cannot_be_built(cfg, words):
    assert words in sentence(MODELS.build, cfg)


@pytest.mark.parametrize('text, words', [
    ('a = 1\nmodel = dict(', 'line 2: SyntaxError'),
    ('a = 1\nb = 1 / 0', 'line 2: ZeroDivisionError: division by zero'),
    ('b = absent', "NameError: name 'absent' is not defined"),
])
def test_configs_that_cannot_be_read(tmp_path, text, words):
    path = tmp_path / 'a.py'
    path.write_text(text)
    found = sentence(Config.fromfile, str(path))
    assert found.startswith(f'The config {path} cannot be read: ')
    assert words in found


def test_a_key_that_a_config_lacks():

    def read(cfg):
        return cfg.optim_wrapper

    found = sentence(read, Config(dict(optim_wraper=1)))
    assert "no 'optim_wrapper'; did you mean 'optim_wraper'?" in found


@pytest.mark.parametrize('error, words', [
    (FileNotFoundError(2, 'No such file', 'a.py'), 'There is no a.py;'),
    (IsADirectoryError(21, 'Is a directory', 'a'), 'a cannot be used: Is a'),
    (OSError(28, 'No space left on device'), 'No space left on device'),
    (KeyError('SLURM_NTASKS'), '--launcher slurm needs'),
    (ValueError('environment variable WORLD_SIZE expected, but not set'),
     '--launcher pytorch needs the environment variable WORLD_SIZE'),
    (IndexError('Target 9 is out of bounds.'), 'num_classes to 10'),
    (torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2.50 GiB. '
                            'GPU 0 has'), 'memory for 2.50 GiB more'),
    (UsageError('Caught UsageError in DataLoader worker process 0.\n'
                'Traceback ...\nrd_plugins.utils.errors.UsageError: It broke.'
                ), 'It broke.'),
])
def test_messages(error, words):
    assert words in sentence(raises, error)


def test_more_than_the_memory():
    found = sentence(torch.empty, 2**50, dtype=torch.uint8)
    assert 'not enough memory for 1048576.00 GiB more' in found


def test_shapes_that_do_not_fit():
    linear, conv = torch.nn.Linear(4, 2), torch.nn.Conv2d(3, 2, 3)
    assert 'model.head.in_channels=5' in sentence(linear, torch.ones(1, 5))
    assert 'in_channels=1' in sentence(conv, torch.ones(1, 1, 5, 5))
    assert 'too small' in sentence(conv, torch.ones(1, 3, 1, 1))


def test_weights_without_names(tmp_path):
    path = str(tmp_path / 'a.pth')
    torch.save(dict(state_dict={1: torch.ones(1)}), path)
    assert f'{path} holds no weights by name' in sentence(read_weights, path)


def test_a_loss_that_depends_on_nothing_that_trains():
    assert 'no parameter that trains' in sentence(torch.ones(()).backward)


@pytest.mark.parametrize('error', [
    KeyError('x'), TypeError("f() got an unexpected keyword argument 'x'"),
    RuntimeError('internal'), AttributeError("'int' has no attribute 'x'"),
    ZeroDivisionError('division by zero')
], ids=repr)
def test_bugs_keep_their_traceback(error):
    assert sentence(raises, error) is None
    with pytest.raises(type(error)), exit_on_usage_error():
        raise error


def test_what_a_user_reads(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['train.py'])
    with pytest.raises(SystemExit) as ended, exit_on_usage_error():
        raise UsageError('No.')
    assert ended.value.code == 'error: No.'
    with pytest.raises(SystemExit) as ended, exit_on_usage_error():
        raise KeyError('SLURM_NTASKS')
    assert ended.value.code.endswith('(--debug shows the traceback.)')


@pytest.mark.parametrize('arguments, where', [
    (['a.py', '--work-dir', ''], 'the one after --work-dir'),
    (['a.py', '--work-dir='], '--work-dir='),
    (['', '--resume'], 'the first')])
def test_an_empty_argument_is_no_value(monkeypatch, arguments, where):
    """A shell puts it where a variable is not set."""
    monkeypatch.setattr(sys, 'argv', ['train.py', *arguments])
    with pytest.raises(SystemExit) as ended, exit_on_usage_error():
        raise AssertionError('the tool has run')
    assert ended.value.code.startswith(
        f'error: An argument is empty ({where}), ')


def test_debug_shows_the_traceback(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['train.py', 'a.py', '--debug'])
    with pytest.raises(UsageError), exit_on_usage_error():
        assert sys.argv == ['train.py', 'a.py']  # no parser sees it
        raise UsageError('No.')
