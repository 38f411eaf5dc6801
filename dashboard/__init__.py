"""The wall and the pages behind it: Dash on Flask, one shared snapshot, no work per viewer."""
