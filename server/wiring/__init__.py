"""The only place that constructs things: settings in, a running house out.

It does not know the web, nor what the parts do with one another. `house.wire` builds the house, `folder.hold`
keeps its data folder for one process, `sourcing.source_of` makes the source; they are imported one by one,
because the house takes half a second to import, in which the engine can already load.
"""
