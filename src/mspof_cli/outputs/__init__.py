"""One module for each thing that is written. They are given findings or figures; they decide nothing."""
