"""The shop's own table."""

from django.db import models


class Ticket(models.Model):
    order_ref = models.CharField(max_length=64)

    class Meta:
        app_label = "django_shop"
