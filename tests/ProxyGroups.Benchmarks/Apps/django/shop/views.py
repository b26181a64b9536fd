import io

from django.db.models import Count, F, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.generic import DetailView, ListView
from PIL import Image, ImageDraw

from .forms import SearchForm
from .models import Category, Line, Product


class ProductList(ListView):
    paginate_by = 20
    template_name = "shop/products.html"

    def get_queryset(self):
        self.form = SearchForm(self.request.GET)
        found = Product.objects.select_related("category")
        if self.form.is_valid():
            given = self.form.cleaned_data
            found = found.filter(name__icontains=given["words"] or "")
            found = found.filter(category=given["category"]) if given["category"] else found
            found = found.filter(price__lte=given["most"]) if given["most"] else found
        return found

    def get_context_data(self, **kwargs):
        return super().get_context_data(form=self.form, categories=Category.objects.annotate(number=Count("products")), **kwargs)


class ProductDetail(DetailView):
    model = Product
    template_name = "shop/product.html"


def picture(request, pk):
    product = get_object_or_404(Product, pk=pk)
    image = Image.new("RGB", (160, 90), "#0b7285")
    ImageDraw.Draw(image).text((10, 40), product.name, fill="white")
    file = io.BytesIO()
    image.save(file, "PNG")
    return HttpResponse(file.getvalue(), content_type="image/png")


def orders(request):
    sold = Line.objects.values("product__category__name").annotate(total=Sum(F("number") * F("price"))).order_by("-total")
    return render(request, "shop/orders.html", {"sold": sold})
