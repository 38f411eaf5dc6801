"""What would have paged? Past events through the alert policy: windows exact to the slot, the engine's own conditions
and lifecycle."""
