"""Phases of a student that fades and is fitted stage by stage: 200 epochs.

For ``fade=dict(by='phase')``. The phases set the learning rate; a config also
needs param_scheduler = [] and, for the last phase, gradients that are clipped.
"""
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=50,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=2.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=50,
                loss='finetune',
                lr=0.002,
                schedule='cosine'),
        ])
]
