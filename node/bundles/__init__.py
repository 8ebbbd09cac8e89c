"""Bundles (数据包, protocol 3.10): the exchange with a neighbour as files, for where no line is."""
