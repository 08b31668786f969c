"""The demo county: accounts, lists through the real import path, and work in progress by the real services.

Every step may be run again after a kill: what stands is left alone.
"""
