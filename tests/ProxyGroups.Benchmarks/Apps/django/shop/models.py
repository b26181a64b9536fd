from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse


class Category(models.Model):
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self):
        return self.name


class Product(models.Model):
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    picture = models.ImageField(upload_to="pictures", blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))])
    stock = models.PositiveIntegerField(default=0)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-added", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("product", args=[self.pk])


class Order(models.Model):
    class State(models.TextChoices):
        NEW = "new"
        PAID = "paid"
        SENT = "sent"

    email = models.EmailField()
    state = models.CharField(max_length=4, choices=State.choices, default=State.NEW)
    made = models.DateTimeField(auto_now_add=True)
    products = models.ManyToManyField(Product, through="Line")

    @property
    def total(self):
        return sum((line.number * line.price for line in self.lines.all()), Decimal())


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    number = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=8, decimal_places=2)
