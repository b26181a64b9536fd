from django.urls import path

from . import views

urlpatterns = [path("devices", views.Devices.as_view()), path("summary", views.summary), path("readings.csv", views.table), path("token", views.token)]
