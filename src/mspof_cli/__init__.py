"""A workbook is read into cells; the edition of the form says what each cell means, making a return; rules turn
returns into findings; returns are collated; outputs are written.
"""

__version__ = "0.1.0"
