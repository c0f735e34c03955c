"""Charts of findings and of what a tally shows beside them, each with its alternative text.

They are drawn with the objects of matplotlib alone: no pyplot, no state that lasts.
"""

from fairaudit.charts.beside import chart_of, table_of
from fairaudit.charts.calibration import calibration_chart, calibration_table
from fairaudit.charts.chart import Chart
from fairaudit.charts.distribution import distribution_chart, distribution_table
from fairaudit.charts.forest import forest_plot
from fairaudit.charts.survival import survival_chart, survival_table
from fairaudit.charts.sweep import sweep_chart, sweep_table

__all__ = [
    "Chart",
    "calibration_chart",
    "calibration_table",
    "chart_of",
    "distribution_chart",
    "distribution_table",
    "forest_plot",
    "survival_chart",
    "survival_table",
    "sweep_chart",
    "sweep_table",
    "table_of",
]
