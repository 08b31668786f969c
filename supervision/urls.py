from django.urls import path

from supervision.views import home

app_name = "supervision"
urlpatterns = [
    path("", home.home, name="home"),
]
