"""Looking into files: `port` the promise, `caged_inspector` by a process in a cage, `no_inspector` not at all.

`findings` takes nothing from the cage that it could not have sent; `cage` is what runs there.
"""
