from django.urls import path

from supervision.views import board, home

app_name = "supervision"
urlpatterns = [
    path("", home.home, name="home"),
    path("board/", board.board, name="board"),
]
