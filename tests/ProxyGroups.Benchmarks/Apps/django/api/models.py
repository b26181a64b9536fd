import uuid

from django.db import models


class Device(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=80, unique=True)
    facts = models.JSONField(default=dict)


class Reading(models.Model):
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="readings")
    taken = models.DateTimeField(db_index=True)
    value = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["device", "-taken"])]
