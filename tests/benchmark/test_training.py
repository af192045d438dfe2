import pytest
import torch

from rd_plugins.benchmark.training import read_steps
from rd_plugins.datasets import DeviceLoader
from rd_plugins.engine import CPUAmpOptimWrapper
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

DEMO = str(ROOT / 'configs/demo')
NARROW = '@model.backbone.base_channels=4@model.backbone.stem_channels=4' \
    '@model.head.in_channels=16@train_dataloader.batch_size=4'
TEACHER = '@model.teacher.backbone.base_channels=4' \
    '@model.teacher.backbone.stem_channels=4' \
    '@model.teacher.head.in_channels=16'


def steps(name, *options):
    return read_steps(f'{DEMO}/{name}.py{NARROW}{"".join(options)}', images=20)


def weights(step):
    return {n: p.detach().clone() for n, p in step.model.named_parameters()}


def moved(step):
    """The stages that a step changes."""
    before = weights(step)
    step()
    return {
        name.split('.')[1]
        for name, value in weights(step).items()
        if not torch.equal(value, before[name])
    }


def test_a_step_trains_and_its_parts_add_up():
    step, = steps('plain20_mnist5k', TEACHER)
    assert {'layer1', 'layer2', 'layer3', 'fc'} <= moved(step)
    parts = step.parts()
    assert list(parts) == [
        'student', 'input', 'hybrids', 'backward', 'optimizer'
    ]
    assert all(seconds > 0 for seconds in parts.values())
    assert step.clock is None


@pytest.mark.parametrize('kind', [
    'rd_plugins.PhaseHook', 'rd_plugins.engine.hooks.PhaseHook'])
def test_every_phase_is_a_step_of_its_own(kind):
    """And trains what the phase trains."""
    phases = steps('plain20_no_res_mnist5k', TEACHER,
                   f'@custom_hooks.0.type={kind}')
    names = [step.name.split(': ')[1] for step in phases]
    assert names == ['stage 1', 'stage 2', 'stage 3', 'fine-tune']
    assert moved(phases[1]) == {'layer2'}
    assert phases[1].parts()['teacher'] > 0
    assert {'layer1', 'fc'} <= moved(phases[3])


def test_options_of_a_config():
    step, = steps('resnet20_mnist5k', '@default_hooks.device_input=None',
                  '@train_dataloader.num_workers=0')
    assert not isinstance(step.loader, DeviceLoader)
    step()
    step, = steps('resnet20_mnist5k')
    assert isinstance(step.loader, DeviceLoader)


def test_mixed_labels():
    """They are made for each sample, which the loader has to give."""
    step, = steps(
        'resnet20_mnist5k', '@data_preprocessor.to_onehot=True',
        '@model.train_cfg.augments.type=Mixup',
        '@model.train_cfg.augments.alpha=0.8')
    assert isinstance(step.loader, DeviceLoader)
    step()


def test_gradients_of_several_batches():
    step, = steps('resnet20_mnist5k', '@optim_wrapper.accumulative_counts=2')
    assert not moved(step)
    assert 'fc' in moved(step)


@pytest.mark.parametrize('text, reason', [
    ('missing.py', 'no config at missing.py'),
    (f'{DEMO}/resnet20_mnist5k.py@randomness', 'no file randomness'),
])
def test_what_it_cannot_read(text, reason):
    with pytest.raises(UsageError, match=reason):
        read_steps(text, images=20)


@pytest.mark.skipif(torch.cuda.is_available(), reason='a CPU is meant')
def test_mixed_precision_on_a_cpu():
    step, = read_steps(
        f'{DEMO}/resnet20_mnist5k.py@optim_wrapper.type=AmpOptimWrapper', 50)
    assert isinstance(step.optim_wrapper, CPUAmpOptimWrapper)
    step()


def test_shortcuts_that_fade():
    """As they are at the beginning of the run."""
    step, = read_steps(
        f'{DEMO}/resnet20_mnist5k.py@model.backbone.shortcut=fading_pad', 50)
    step()
    assert step.model.backbone.layer1[0].auxiliary.weight == 1
