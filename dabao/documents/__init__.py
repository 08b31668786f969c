"""Documents in the layout of official papers (GB/T 9704-2012)."""
