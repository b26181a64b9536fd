from django.contrib import admin
from django.urls import path

from . import views

urlpatterns = [
    path("", views.ProductList.as_view(), name="products"),
    path("product/<int:pk>/", views.ProductDetail.as_view(), name="product"),
    path("product/<int:pk>/picture.png", views.picture, name="picture"),
    path("orders/", views.orders, name="orders"),
    path("admin/", admin.site.urls),
]
