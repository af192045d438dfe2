"""A budget of SRAM that is kept."""
from dataclasses import replace

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.shipping.export.micro import budget
from rd_plugins.shipping.export.micro.budget import (check_budget,
                                                     compile_network,
                                                     parse_bytes, plain_twin)
from rd_plugins.shipping.export.micro.vela import (ACCELERATORS, Compiled,
                                                   Target, check_target,
                                                   compile_for)
from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from tests.shipping.export.micro.networks import TINY, network

KIB = 1024
TARGET = Target('ethos-u55-128', sram=40 * KIB)


def compiled(sram):
    return Compiled(sram, 0, 0, 0, 0, 0.0, [], '', '', '', '', '', b'')


@pytest.fixture
def source():
    cfg = Config(dict(model=dict(
        type='ImageClassifier', backbone=dict(TINY, shortcut='projection'),
        head=dict(type='LinearClsHead', num_classes=5, in_channels=32))))
    model, _ = network('projection')
    return TrainedModel(cfg, model, {}, '', '')


@pytest.mark.parametrize('text, size', [
    ('512K', 512 * KIB), ('2M', 2 * KIB**2), ('1.5k', 1536), ('96', 96)])
def test_sizes(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize('text', [
    '5X', 'K', '', '-1K', '0', 'inf', 'nanK', '1e400M'])
def test_no_sizes(text):
    with pytest.raises(UsageError, match='is no size'):
        parse_bytes(text)


@pytest.mark.parametrize('name', ['ethos-u99', 'ethos-u55-100', ''])
def test_unknown_accelerators(name):
    with pytest.raises(UsageError, match='ethos-u55-128') as error:
        check_target(Target(name))
    assert all(other in str(error.value) for other in ACCELERATORS)


@pytest.mark.parametrize('change', [
    dict(system_config='Nowhere'), dict(memory_mode='Nowhere')])
def test_unknown_systems(change):
    """What Arm's vela.ini has is named."""
    pytest.importorskip('ethosu')
    check_target(Target('ethos-u85-256', system_config='Ethos_U65_Mid_End',
                        memory_mode='Dedicated_Sram_384KB'))
    with pytest.raises(UsageError, match='Nowhere is no section') as error:
        check_target(TARGET._replace(**change))
    assert ('Sram_Only' in str(error.value)) == ('memory_mode' in change)
    assert ('Ethos_U65_Mid_End' in str(error.value)) == (
        'system_config' in change)


def test_the_compiler_says_why():
    pytest.importorskip('ethosu')
    with pytest.raises(UsageError) as error:
        compile_for(b'no network', TARGET)
    assert 'Traceback' not in str(error.value)
    assert str(error.value).startswith('Vela did not compile the network: ')


def test_a_budget_is_kept_to_the_byte(source):
    check_budget(compiled(TARGET.sram), TARGET, source, (3, 32, 32))
    check_budget(compiled(1 << 40), TARGET._replace(sram=None), source,
                 (3, 32, 32))


def test_what_would_fit_is_tried(source, monkeypatch):
    """Each change is compiled, and named if it keeps the budget."""
    tried = []

    def compile_instead(network, shape, target, rotate):
        tried.append((hasattr(network.backbone, 'shortcut') and
                      network.backbone.shortcut, shape, target.optimise,
                      rotate))
        return compiled((30 if len(tried) > 1 else 50) * KIB)

    monkeypatch.setattr(budget, 'compile_network', compile_instead)
    with pytest.raises(UsageError) as error:
        check_budget(compiled(160 * KIB), TARGET, source, (3, 32, 48))
    assert tried == [('projection', (3, 32, 48), 'Size', False),
                     ('projection', (3, 32, 48), 'Performance', True),
                     ('none', (3, 32, 48), 'Performance', False),
                     ('projection', (3, 16, 24), 'Performance', False)]
    message = str(error.value)
    assert 'needs 160 KiB' in message and '120 KiB more' in message
    assert '--optimise Size' not in message
    assert '--rotate-180 (30 KiB); the same network without' in message
    assert 'without shortcuts (30 KiB); images of 16 x 24 (30 KiB)' in message
    assert 'Nothing was written' in message


@pytest.mark.parametrize('backbone, kind', [
    (dict(TINY, shortcut='pad'), 'CifarResNet'),
    (TINY, 'CifarResNet'),
    (dict(type='ResNet', depth=18), 'PlainResNet'),
    (dict(type='ResNetV1d', depth=18, drop_path_rate=0.05,
          zero_init_residual=True), 'PlainResNet'),
    (dict(TINY, shortcut='none'), None),
    (dict(type='MobileNetV2'), None)])
def test_plain_twins(source, backbone, kind):
    source.cfg.model.backbone = backbone
    source = replace(source, model=MODELS.build(source.cfg.model))
    twin = plain_twin(source)
    if kind is None:
        assert twin is None
    else:
        assert type(twin.backbone).__name__ == kind
        assert twin.backbone.shortcut == 'none'


def test_the_compiler():
    """Static allocation: two maps of 32 x 32 x 8, three with a shortcut."""
    pytest.importorskip('litert_torch')
    pytest.importorskip('ethosu')
    torch.manual_seed(0)
    target = Target('ethos-u55-128', memory_mode='Sram_Only')
    for kind, maps in (('plain', 2), ('projection', 3)):
        net, shape = network(kind, side=32)
        found = compile_network(net, shape, target)
        # The accelerator stores channels in bricks of 16.
        assert found.sram == maps * 32 * 32 * 16
        convs = [module for module in net.modules()
                 if isinstance(module, torch.nn.Conv2d)]
        assert found.macs > 0 and len(convs) == (7 if maps == 2 else 9)
        assert not found.on_cpu and found.estimated_ms > 0
        assert found.content[4:8] == b'TFL3'
