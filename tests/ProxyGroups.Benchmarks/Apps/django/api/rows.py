from datetime import timedelta

from django.utils import timezone

from .models import Device, Reading


def make():
    begin = timezone.now() - timedelta(days=2)
    for number in range(10):
        device = Device.objects.create(name="Device %d" % number, facts={"room": number, "floor": "first"})
        Reading.objects.bulk_create(Reading(device=device, taken=begin + timedelta(minutes=10 * step), value=20 + (step * 7 % 13) / 10) for step in range(100))
