from django.urls import path

from supervision.views import board, dispatches, findings, home, inspections, samples, visits

app_name = "supervision"
urlpatterns = [
    path("", home.home, name="home"),
    path("board/", board.board, name="board"),
    path("board/wall/", board.wall, name="board-wall"),
    path("board/flags/", board.flags, name="flags"),
    path("dispatches/", dispatches.dispatches, name="dispatches"),
    path("dispatches/new/", dispatches.new, name="dispatch-new"),
    path("dispatches/<uuid:dispatch_id>/", dispatches.one, name="dispatch"),
    path("dispatches/<uuid:dispatch_id>/change/", dispatches.change, name="dispatch-change"),
    path("dispatches/<uuid:dispatch_id>/discard/", dispatches.discard, name="dispatch-discard"),
    path("dispatches/places/<uuid:place_id>/", dispatches.place, name="dispatch-place"),
    path("dispatches/files/<uuid:turn_id>/", dispatches.file, name="dispatch-file"),
    path("inspections/", inspections.listed, name="inspections"),
    path("inspections/export/", inspections.export, name="inspections-export"),
    path("inspections/new/", inspections.new, name="inspection-new"),
    path("inspections/<uuid:inspection_id>/", inspections.one, name="inspection"),
    path("inspections/<uuid:inspection_id>/close/", inspections.close, name="inspection-close"),
    path(
        "inspections/<uuid:inspection_id>/households/", inspections.households, name="inspection-households"
    ),
    path("inspections/<uuid:inspection_id>/sheets/", inspections.field, name="inspection-sheets"),
    path("inspections/<uuid:inspection_id>/print/", inspections.printed, name="inspection-print"),
    path(
        "inspections/<uuid:inspection_id>/townships/<uuid:stop_id>/",
        inspections.describe,
        name="inspection-describe",
    ),
    path("inspections/visits/<uuid:visit_id>/", visits.visit, name="visit"),
    path("inspections/visits/<uuid:visit_id>/replace/", visits.replace, name="visit-replace"),
    path("samples/", samples.listed, name="samples"),
    path("samples/new/", samples.new, name="sample-new"),
    path("samples/<uuid:sample_id>/", samples.one, name="sample"),
    path("findings/", findings.listed, name="findings"),
    path("findings/export/", findings.export, name="findings-export"),
    path("findings/new/", findings.new, name="finding-new"),
    path("findings/<uuid:finding_id>/", findings.one, name="finding"),
    path("findings/<uuid:finding_id>/verify/", findings.verify, name="finding-verify"),
    path("findings/<uuid:finding_id>/files/<uuid:evidence_id>/", findings.file, name="finding-file"),
    path("findings/<uuid:finding_id>/<slug:move>/", findings.move, name="finding-move"),
]
