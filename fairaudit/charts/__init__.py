"""Charts of findings, each with its alternative text.

They are drawn with the objects of matplotlib alone: no pyplot, no state that lasts.
"""

from fairaudit.charts.chart import Chart
from fairaudit.charts.forest import forest_plot

__all__ = ["Chart", "forest_plot"]
