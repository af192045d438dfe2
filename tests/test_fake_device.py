"""The code for GPUs, checked without one.

Fake tensors have shapes, types and a device, but no numbers: what runs on
them mixes no devices (an error on a GPU) and reads no value on the host (a
wait in every step). Backward passes need a real device.
"""
from contextlib import contextmanager

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.runner import runner
from mmpretrain.datasets.transforms import (Cutout, PackInputs, RandomCrop,
                                            RandomFlip)
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch._subclasses.fake_tensor import (DataDependentOutputException,
                                           FakeTensorMode)

from rd_plugins.datasets import BatchPipeline
from rd_plugins.datasets.transforms import BrightnessContrast, GaussianDeform
from rd_plugins.engine.hooks import Phase
from rd_plugins.engine.hooks.phase_hook import (choose_objectives, freeze,
                                                set_modes)
from rd_plugins.models.distillers import first_batch, frozen_teacher
from rd_plugins.models.layers import GateStates, sync_gates
from rd_plugins.models.objectives import HybridLoss
from rd_plugins.shipping.evaluate import evaluate
from rd_plugins.shipping.export.classifier import BackendClassifier
from rd_plugins.shipping.read import TrainedModel
from tests.helpers.models import classifier_cfg
from tests.helpers.runs import demo_cfg


@contextmanager
def fake_device():
    """What is created or moved inside lies on a GPU that does not exist."""
    convert = torch.__future__.set_overwrite_module_params_on_conversion
    convert(True)
    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            yield
    finally:
        convert(False)


def images_and_labels(size=16):
    samples = [DataSample().set_gt_label(
        torch.zeros(1, dtype=torch.long, device='cuda')) for _ in range(6)]
    return torch.randn(6, 3, size, size, device='cuda'), samples


def built(cfg):
    """A model with its weights, on the CPU."""
    model = MODELS.build(cfg)
    model.init_weights()
    return model


@pytest.fixture(autouse=True)
def confirmed(monkeypatch):
    """Once in a run, outputs of student and teacher are read and compared."""

    def compare(ours, theirs):
        assert ours.device == theirs.device
        return 0.0

    for module in (frozen_teacher, first_batch):
        monkeypatch.setattr(module, 'relative_difference', compare)


def assert_on_gpu(losses):
    for name, value in losses.items():
        assert value.device.type == 'cuda', name


def distiller(kind, teacher, shortcut='none', backbone=(), **options):
    return dict(classifier_cfg(shortcut, **dict(backbone)),
                type=f'rd_plugins.{kind}', teacher=teacher,
                check_teacher=False,  # it reads the first predictions
                **options)


def with_own_normalisation(teacher):
    theirs = dict(mean=[1.0] * 3, std=[2.0] * 3, to_rgb=True)
    ours = dict(mean=[0.0] * 3, std=[1.0] * 3)
    return dict(distiller('JointRD', dict(teacher, data_preprocessor=theirs)),
                data_preprocessor=ours)


METHODS = dict(
    joint=lambda t: distiller('JointRD', t),
    joint_one=lambda t: distiller('JointRD', t, hybrids='one'),
    joint_features=lambda t: distiller(
        'JointRD', t, feature_loss=dict(type='rd_plugins.MarginLoss')),
    joint_logits=lambda t: distiller(
        'JointRD', t, logit_loss=dict(type='rd_plugins.LogitLoss')),
    joint_co_trained=lambda t: distiller('JointRD', t, co_train_teacher=True),
    logits=lambda t: distiller('LogitDistiller', t),
    stagewise=lambda t: distiller('StagewiseDistiller', t),
    stagewise_fed=lambda t: distiller('StagewiseDistiller', t,
                                      stage_inputs='teacher'),
    fading=lambda t: distiller('LogitDistiller', t, 'fading_pad'),
    fading_projection=lambda t: distiller('LogitDistiller', t, 'fading'),
    dirac=lambda t: distiller(
        'JointRD', t,
        backbone=dict(block_conv_cfg=dict(type='rd_plugins.DiracConv2d'))),
    own_normalisation=with_own_normalisation)


def trained_step(model):
    """The losses of a batch, and what a hook sets before."""
    if getattr(model.backbone, 'fade', None):
        model.backbone.set_progress(0.1)
    return model.loss(*images_and_labels())


@pytest.mark.parametrize('method', METHODS)
def test_losses_and_predictions_of_methods(method, teacher_cfg,
                                           monkeypatch):
    # Drawn on the CPU, where a fake tensor has no number either.
    monkeypatch.setattr(torch, 'randint', lambda high, size: 1)
    model = built(METHODS[method](teacher_cfg))
    with fake_device():
        model = model.to('cuda').train()
        for _ in range(2):  # the first step checks more
            losses = trained_step(model)
        assert_on_gpu(losses)
        assert_on_gpu(dict(logits=model.eval()(images_and_labels()[0])))


@pytest.mark.parametrize('objective', ['stage1', 'stage2', 'finetune'])
def test_losses_of_phases(objective, teacher_cfg):
    model = built(METHODS['stagewise'](teacher_cfg))
    phase = Phase('one', 1, train=['backbone.layer1'], loss=objective)
    with fake_device():
        model = model.to('cuda').train()
        freeze(model, phase)
        set_modes(model, phase)
        choose_objectives(model, phase)
        assert_on_gpu(trained_step(model))


def epsilon_cfg(kind='EpsilonResNet_CIFAR', depth=20, **options):
    channels = 16 if depth == 20 else 32
    return dict(
        type='rd_plugins.SideSupervised',
        backbone=dict(type=f'rd_plugins.{kind}', depth=depth, epsilon=1.0,
                      base_channels=4, **options),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=5, in_channels=channels))


@pytest.mark.parametrize('options', [
    dict(), dict(eval_gates='dynamic'), dict(gate_scope='global'),
    dict(gate=False), dict(removed_blocks=('layer3.1', )),
    dict(kind='EpsilonResNet', depth=18)
], ids=str)
def test_gates(options):
    model = built(epsilon_cfg(**options))
    with fake_device():
        model = moved_with_gates(model)
        assert_on_gpu(trained_step(model))
        if options.get('gate', True):
            gates = model.backbone.gates
            model.backbone.set_epsilon(0.5)
            gates.start_epoch()
            sync_gates(gates)
            with gates.calibration():
                assert gates.calibrated.device.type == 'cuda'


def moved_with_gates(model):
    """On the device. What is skipped is read there once an epoch, between
    the steps; here it is what was read on the CPU."""
    skipped = []
    for module in model.modules():
        if isinstance(module, GateStates):
            skipped.append(list(module.skipped))
            module.update_skipped = lambda: None
    return model.to('cuda').train()


class FakeGenerator(torch.Generator):
    """A generator that says it is on the GPU."""
    device = torch.device('cuda')


TRANSFORMS = dict(
    crop=[RandomCrop(crop_size=8, padding=2)],
    flip=[RandomFlip(prob=0.5)],
    crop_and_flip=[RandomCrop(crop_size=8, padding=2), RandomFlip(prob=0.5)],
    cutout=[Cutout(shape=4, pad_val=0)],
    brightness=[BrightnessContrast()],
    deform=[GaussianDeform()])


@pytest.mark.parametrize('name', TRANSFORMS)
def test_augmentations_on_the_device(name):
    with fake_device():
        pipeline = BatchPipeline([*TRANSFORMS[name], PackInputs()], (8, 8))
        images = torch.zeros(5, 8, 8, 3, dtype=torch.uint8, device='cuda')
        chosen = torch.zeros(4, dtype=torch.long, device='cuda')
        batch = pipeline(pipeline.prepare(images), chosen, FakeGenerator())
        assert batch.device.type == 'cuda' and batch.shape == (4, 3, 8, 8)


def test_a_mixture_of_devices_is_seen(teacher_cfg):
    """The test would notice what it looks for."""
    model = built(METHODS['joint'](teacher_cfg))
    with fake_device():
        holder, model.teacher_holder = model.teacher_holder, None
        model = model.to('cuda').train()  # without its teacher
        model.teacher_holder = holder
        with pytest.raises(RuntimeError, match='device'):
            trained_step(model)


def test_a_value_read_on_the_host_is_seen(teacher_cfg, monkeypatch):
    model = built(METHODS['joint'](teacher_cfg))
    monkeypatch.setattr(HybridLoss, 'current_weight', lambda self: float(
        torch.ones((), device='cuda')))
    with fake_device():
        model = model.to('cuda').train()
        with pytest.raises(DataDependentOutputException):
            trained_step(model)


def test_a_backend_on_the_cpu_takes_images_from_the_gpu(monkeypatch):
    """The Runner puts them there, whatever computes the scores."""
    monkeypatch.setattr(  # it reads the label
        DataSample, 'set_pred_label', lambda sample, label: sample)
    source = TrainedModel(Config(dict(model=dict())), built(classifier_cfg()),
                          {}, 'config.py', 'weights.pth')

    def scores(images):
        assert images.device.type == 'cpu'
        return torch.rand(len(images), 4)

    runtime = BackendClassifier(scores, source, one_by_one=True)
    with fake_device():
        assert len(runtime(*images_and_labels())) == 6


def test_a_test_leaves_the_model_on_the_cpu(monkeypatch):
    """There it is compared with what was exported."""
    devices = []

    class Model(BaseModel):

        def to(self, device):
            devices.append(torch.device(device).type)
            return self

        def forward(self, inputs, data_samples, mode):
            return [sample.set_pred_score(torch.rand(10))
                    for sample in data_samples]

    monkeypatch.setattr(runner, 'get_device', lambda: 'cuda')
    cfg = demo_cfg('plain20_ce_mnist5k')
    cfg.test_dataloader.num_workers = 0
    cfg.test_dataloader.persistent_workers = False
    cfg.test_dataloader.dataset.indices = 10
    assert 'accuracy/top1' in evaluate(cfg, Model(dict(
        type='ClsDataPreprocessor')))
    assert devices == ['cuda', 'cpu']
