"""Daily peaks, their forecast and the room that is proven: gathered, shown, printed."""
