import csv
import io
import statistics

import xmltodict
from django.core.exceptions import ValidationError
from django.db.models import Avg, Max
from django.db.models.functions import TruncHour
from django.http import HttpResponse, JsonResponse
from django.views import View
from django.views.decorators.http import require_GET

from . import tokens
from .models import Device, Reading


class Devices(View):
    def get(self, request):
        devices = Device.objects.annotate(latest=Max("readings__taken"), mean=Avg("readings__value"))
        return JsonResponse({"caller": request.caller, "devices": list(devices.values("id", "name", "facts", "latest", "mean"))})

    def post(self, request):
        device = Device(name=xmltodict.parse(request.body)["device"]["name"])
        try:
            device.full_clean()
        except ValidationError as error:
            return JsonResponse(error.message_dict, status=400)
        device.save()
        return JsonResponse({"id": device.id}, status=201)


@require_GET
def summary(request):
    values = list(Reading.objects.values_list("value", flat=True)[:500])
    hours = Reading.objects.annotate(hour=TruncHour("taken")).values("hour").annotate(mean=Avg("value")).order_by("hour")[:24]
    low, middle, high = statistics.quantiles(values, n=4)
    answer = {"summary": {"low": low, "median": middle, "high": high, "deviation": statistics.stdev(values), "hour": [{"at": hour["hour"].isoformat(), "mean": hour["mean"]} for hour in hours]}}
    if "xml" in request.GET:
        return HttpResponse(xmltodict.unparse(answer), content_type="application/xml")
    return JsonResponse(answer)


@require_GET
def table(request):
    file = io.StringIO()
    csv.writer(file).writerows(Reading.objects.values_list("device__name", "taken", "value")[:200])
    return HttpResponse(file.getvalue(), content_type="text/csv")


def token(request):
    return JsonResponse({"token": tokens.make("measurement")})
