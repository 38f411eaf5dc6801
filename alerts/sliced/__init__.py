"""Objectives that are judged by slices of time, or made of several indicators: their budgets and burn rates, live."""
