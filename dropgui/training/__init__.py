"""Teaching the model from the window: what there is to teach with, the run with its curves, what came of it.

:class:`~dropgui.training.room.TeachRoom` wires it; the work is that of :mod:`dropgui.finetuning`.
"""
