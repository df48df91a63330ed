"""Causal nets, and the engine that samples them without computing anything twice.

A net is causal if its output at each pixel depends on the pixels before it alone. It learns from whole images at once
(:mod:`.conv`, :mod:`.masked_linear`, :mod:`.gated_stacks`, :mod:`.spatial_lstm`, with cuts in :mod:`.checkpointed`), but has
to be sampled pixel by pixel. Four parts do that:

    graph     nodes, the positions that each reads, and the draws             :mod:`.graph`
    schedule  when each position can be known and is needed                   :mod:`.schedule`
    plan      the positions that are evaluated together, tick by tick         :mod:`.plan`
    machine   buffers and matrix products: runs the ticks                     :mod:`.machine`

A worked example: two layers on one row of four pixels, small enough to follow by hand.

    hidden(x) = 10 image(x-1) + 1          it sees the pixel to the left alone
    output(x) = hidden(x) + 100 hidden(x-1)

**Graph.** A node reads taps (dy, dx) of buffers and computes its features at any positions. All of ``inputs`` have one row
a position, and zeros where a tap lies outside of the image.

>>> import numpy as np, torch
>>> from genstudio.nets.causal.graph import CausalGraph, Draw, Node, Read
>>> left = ((0, -1),)
>>> def hidden(inputs):
...     return [10 * inputs[0] + 1]
>>> def output(inputs):
...     return [inputs[0] + 100 * inputs[1]]
>>> nodes = (
...     Node("hidden", (Read("image", left),), (("hidden", 1),), hidden, grid=(1, 4)),
...     Node("output", (Read("hidden"), Read("hidden", left)), (("output", 1),), output, grid=(1, 4)),
... )
>>> draw = Draw("output", into="image", channels=(0,), grid=(1, 4))
>>> graph = CausalGraph(size=(1, 4), images=(("image", (0,)),), nodes=nodes, draws=(draw,))

**Schedule and plan.** Nothing in the graph is about time. Pixel x sees x-1 and x-2 through the two layers, so each pixel has
a tick of its own. In tick x, ``hidden`` falls due at x and ``output`` after it, which takes one input as just computed
(``now``) and the other from the buffer, where tick x-1 left it. Position 4 of a buffer stands for the zeros outside.

>>> from genstudio.nets.causal.schedule import schedule
>>> def show(tick):
...     for step in tick.steps:
...         reads = [f"{i.buffer} {'now' if i.index is None else i.index.tolist()}" for i in step.inputs]
...         print(f"{step.node} at {step.positions.tolist()} from {' and '.join(reads)}")
...     print("draw", *(pending.pixels.tolist() for pending in tick.draws))
>>> nothing_given = schedule(graph, known=np.array([[False, False, False, False]]))
>>> len(nothing_given.ticks)
4
>>> show(nothing_given.ticks[0])
hidden at [0] from image [4]
output at [0] from hidden now and hidden [4]
draw [0]
>>> show(nothing_given.ticks[2])
hidden at [2] from image [1]
output at [2] from hidden now and hidden [1]
draw [2]

Only buffers that a later tick reads are kept, with (positions, features):

>>> sorted(nothing_given.buffers.items())
[('hidden', (4, 1)), ('image', (4, 1))]

With the first two pixels given, they cost no tick, and what pixel 2 needs of them falls due in one step. Nothing needs
``hidden`` at 0, so it is never computed:

>>> given = schedule(graph, known=np.array([[True, True, False, False]]))
>>> len(given.ticks)
2
>>> show(given.ticks[0])
hidden at [1, 2] from image [0, 1]
output at [2] from hidden [2] and hidden [1]
draw [2]

**Machine.** It evaluates each step as one gather and one call of the node's function for all positions and images, and
gives what is to be drawn; the sampler answers with values. Here the sampler "draws" 1, 0, 1, 1 whatever the output.

>>> from genstudio.nets.causal.machine import GraphMachine
>>> machine = GraphMachine(graph, nothing_given, images=torch.zeros(1, 1, 1, 4))
>>> for tick, value in enumerate([1.0, 0.0, 1.0, 1.0]):
...     for pending in machine.advance(tick):
...         if pending is not None:
...             print(f"pixel {pending.pixels.item()} is drawn from {pending.output.item():g}")
...             machine.write(pending, torch.full((1, 1, 1), value))
pixel 0 is drawn from 1
pixel 1 is drawn from 111
pixel 2 is drawn from 1101
pixel 3 is drawn from 111

By hand: hidden is 1, 11, 1, 11 (10 times the pixel to the left, plus 1), so output is 1 + 0, 11 + 100, 1 + 1100, 11 + 100.
Each value was computed once, in 4 ticks; a forward pass for each pixel computes every position 4 times.

In an image, rows overlap: with ``order="wavefront"`` pixels that can't see each other share a tick. That, strided and
transposed layers, and loops (LSTMs) follow from the same two rules, *not before all that it sees is drawn* and *not before
something needs it*, which the schedule solves for any graph.
"""
