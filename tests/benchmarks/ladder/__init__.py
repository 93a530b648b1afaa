"""The ladder from the base to DROP, a change a step, each trained with several seeds and measured.

``python -m tests.benchmarks.ladder --root ROOT --out RUNS [--report docs/results.md]``; ROOT is a set of
``dropmodel synthesize --protocol synth-occluded``. Nothing but the step's own change and the seed differs
between runs. All steps get their first seed before any gets its second, so a ladder that is broken off
tells something too.

It can be stopped in any way and started again: what is done is kept. SIGTERM and SIGINT let the trainings
write a checkpoint. After ``kill -9`` they go on by themselves, and a new ladder waits for them.
The trainings read the working tree when they start: run a long ladder from a checkout of its own.
"""
