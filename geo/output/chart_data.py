"""A chart as data that PowerPoint edits: its points, and the workbook behind them. Fourth floor: output."""

import io

import xlsxwriter
from pptx.chart.data import CategoryChartData, XyChartData

from geo.output.clean import clean
from geo.output.figure import Chart

_TEXT_STAYS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def chart_data(chart: Chart) -> CategoryChartData | XyChartData:
    """The points as python-pptx takes them. Its own workbook makes formulas of names: see `sheet_behind`."""
    if chart.kind == "line":
        points = XyChartData()
        series = points.add_series(clean(chart.axis))
        for x, value in _points(chart):
            series.add_data_point(x, value)
        return points
    bars = CategoryChartData()
    bars.categories = [label for label, _value in _points(chart)]
    bars.add_series(clean(chart.axis), chart.values)
    return bars


def sheet_behind(chart: Chart) -> bytes:
    """The XLSX that opens on "Edit data", where python-pptx refers to: labels in A, values in B, the series in B1."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _TEXT_STAYS_TEXT) as book:
        sheet = book.add_worksheet("Sheet1")
        form = book.add_format({"num_format": chart.form})
        sheet.write(0, 1, clean(chart.axis))
        for row, (label, value) in enumerate(_points(chart), start=1):
            sheet.write(row, 0, label)
            sheet.write(row, 1, value, form)
    return file.getvalue()


def _points(chart: Chart) -> list[tuple[str | float, float]]:
    pairs = zip(chart.labels, chart.values, strict=True)
    if chart.kind == "bars":
        return [(clean(label), value) for label, value in pairs]
    return [(float(label), value) for label, value in pairs if value == value]
