"""epsilon110_cifar10.py with a budget: 30 % of the MACs shall go.

    python tools/train.py configs/epsilon/epsilon110_budget_cifar10.py

Ours; epsilon follows the weakest blocks, one an epoch at most, and what is
left is released when the budget is met. Others: custom_hooks.0.target=0.5.
Expected: not known.
Measured: not run; 20 layers, reduced: docs/results/epsilon_budget.md.
"""
_base_ = './epsilon110_cifar10.py'

custom_hooks = [
    dict(
        type='rd_plugins.DeadBlockHook',
        target=0.3,
        metric='macs',
        begin=20)
]
