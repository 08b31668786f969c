"""The import desk: a spreadsheet becomes staged rows, a preview, and on confirmation the county's data.

One step a module: `read` (file to raw cells), `kinds` and `header` (which column is what), `check` (row
rules), `stage` (COPY into ListRow), `match` (rows against the base), `apply` (set-based SQL in one
transaction), `bad_rows` (the workbook that goes back to the uploader).
"""
