"""The shop's table, and the store's."""

from typing import Any, ClassVar

from django.db import migrations, models

from process.store.django import create_tables


def create(_apps: Any, editor: Any) -> None:
    create_tables(editor.connection.alias)


class Migration(migrations.Migration):
    atomic = False  # MySQL commits with each table
    initial = True
    operations: ClassVar = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order_ref", models.CharField(max_length=64)),
            ],
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
