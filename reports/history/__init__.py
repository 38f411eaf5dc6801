"""The past that a bank brings along: read from files, every row named that is not kept, and counted exactly."""
