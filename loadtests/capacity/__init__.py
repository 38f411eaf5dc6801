"""The highest rate that keeps its objectives: found by steps and halving, then held. Locust runs as a child."""
