"""Phases of No-Res for three stages, as short as can be: an epoch each.

The phases set the learning rate; a config also needs param_scheduler = [].
"""
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=1,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=0.1,
                schedule='cosine') for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=1,
                loss='finetune',
                lr=0.01,
                schedule='cosine'),
        ])
]
