"""One step of a downstream config: python train_step.py LIBRARY CONFIG.

MMDetection and MMSegmentation import MMCV's compiled operators at once, though
these models call none of them to train. Where there are none, stand-ins that
cannot be called are put in their place, before anything imports MMCV.
"""
import sys
from importlib import import_module, util
from types import ModuleType

SIZE = 64


class NoOperators(ModuleType):
    """Has every operator by name, and none that can be called."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)

        def operator(*_, **__):
            raise NotImplementedError(f'{name} is not compiled')

        return operator


if util.find_spec('mmcv._ext') is None:
    sys.modules['mmcv._ext'] = NoOperators('mmcv._ext')

import torch  # noqa: E402
from mmengine.config import Config  # noqa: E402
from mmengine.registry import init_default_scope  # noqa: E402
from mmengine.structures import InstanceData, PixelData  # noqa: E402


def make_sample(library):
    """A target of the library's kind."""
    structures = import_module(f'{library}.structures')
    if library == 'mmseg':
        sample = structures.SegDataSample()
        labels = torch.randint(0, 150, (1, SIZE, SIZE))
        sample.gt_sem_seg = PixelData(data=labels)
    else:
        sample = structures.DetDataSample()
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor([[4., 4., 40., 50.]]),
            labels=torch.tensor([3]))
    shape = (SIZE, SIZE)
    sample.set_metainfo(
        dict(img_shape=shape, ori_shape=shape, pad_shape=shape,
             batch_input_shape=shape, scale_factor=(1., 1.)))
    return sample


def build(library, config):
    """The model of a config, without the weights it would start from."""
    import_module(f'{library}.models')
    init_default_scope(library)
    cfg = Config.fromfile(config).model
    del cfg.backbone['init_cfg']
    if cfg.backbone.norm_cfg.type == 'SyncBN':  # needs a GPU
        cfg.backbone.norm_cfg.type = cfg.decode_head.norm_cfg.type = 'BN'
    return import_module(f'{library}.registry').MODELS.build(cfg)


def main(library, config):
    """Run forward and backward; print the losses."""
    model = build(library, config)
    model.train()
    samples = [make_sample(library) for _ in range(2)]
    losses = model(torch.randn(2, 3, SIZE, SIZE), samples, mode='loss')
    total, log = model.parse_losses(losses)
    total.backward()
    unused = [name for name, parameter in model.named_parameters()
              if parameter.requires_grad and parameter.grad is None]
    assert total.isfinite() and total > 0 and not unused, (total, unused)
    assert model.backbone.layer4[0].conv1.weight.grad.abs().sum() > 0
    print(type(model.backbone).__name__, dict(log))


if __name__ == '__main__':
    main(*sys.argv[1:])
