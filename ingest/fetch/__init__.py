"""The parts that most fetches share, so that a plain series is a declaration.

`questions`: what a venue's api is asked, and its answer. `pages`: walking through the pages of a window. `rows`: from
published rows to a frame. `batches`: what an answer covers. `pieces`: how much one run asks for. `shapes`: all of these
as bars, funding and snapshots.
"""
