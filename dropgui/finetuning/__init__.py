"""Teaching a library's model: what there is to learn, runs in a process of their own, what comes of them.

:func:`~dropgui.finetuning.plan.plan` says what is possible, a :class:`~dropgui.finetuning.recipe.Recipe` what
is wanted, :mod:`~dropgui.finetuning.runs` starts, lists, resumes and deletes runs, and
:mod:`~dropgui.finetuning.protocol` is what a run tells and understands.
"""
