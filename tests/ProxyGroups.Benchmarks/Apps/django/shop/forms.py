from django import forms

from .models import Category


class SearchForm(forms.Form):
    words = forms.CharField(required=False, max_length=80)
    category = forms.ModelChoiceField(Category.objects.all(), required=False)
    most = forms.DecimalField(required=False, min_value=0)
