from decimal import Decimal

from .models import Category, Line, Order, Product


def make():
    categories = [Category.objects.create(name="Category %d" % number, slug="category-%d" % number) for number in range(8)]
    products = [Product.objects.create(category=categories[number % 8], name="Product %d" % number, text="About it. " * 40, price=Decimal(number + 1), stock=number) for number in range(200)]
    for number in range(50):
        order = Order.objects.create(email="customer%d@example.com" % number)
        for product in products[number:number + 3]:
            Line.objects.create(order=order, product=product, number=2, price=product.price)
