"""Fading stage by stage: plain-50 that begins as its teacher, on own images.

    python tools/train.py configs/own_data/resnet50_own.py    # the teacher
    python tools/train.py configs/own_data/plain50_stages_own.py

What 56 layers on CIFAR-10 took best: docs/fading.md, docs/own_data.md.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_no_res_own.py'

model = dict(
    backbone=dict(shortcut='fading', fade=dict(by='phase', horizon=0.2)),
    finetune=dict(type='rd_plugins.LogitDistiller', alpha=0.5))

optim_wrapper = dict(clip_grad=dict(max_norm=1.0))
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(phase, epochs=20)
              for phase in _base_.custom_hooks[0].phases[:-1]),
            dict(_base_.custom_hooks[0].phases[-1], epochs=20, lr=0.002),
        ])
]
