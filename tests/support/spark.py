"""A query on Apache Spark, in a process of its own: a local session, with a time zone that is not the log's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SETTINGS = {
    "spark.sql.session.timeZone": "America/New_York",
    "spark.ui.enabled": "false",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    # A few hundred rows: to compile the query would take far longer than to run it.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}
PROGRAM = """
import json, sys
from pyspark.sql import SparkSession
given = json.load(sys.stdin)
builder = SparkSession.builder.master("local[1]")
for name, value in given["settings"].items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
for csv, queries in given["asked"]:
    spark.read.csv(csv, header=True, quote='"', escape='"').createOrReplaceTempView("log")
    for query in queries:
        print(json.dumps([list(row) for row in spark.sql(query).collect()]))
spark.stop()
"""


def spark_results(asked: list[tuple[Path, list[str]]]) -> list[list[list[Any]]]:
    """Return the rows of each query over the table ``log``, which holds the columns of the CSV file before it as texts."""
    assert shutil.which("java"), "Spark needs Java: run tests/install-packages, or apt-get install openjdk-17-jre-headless"
    assert find_spec("pyspark"), "Spark is not installed: pip install -e '.[thorough]'"
    with tempfile.TemporaryDirectory() as folder:
        settings = {**SETTINGS, "spark.sql.warehouse.dir": folder}
        given = {"settings": settings, "asked": [(str(file), queries) for file, queries in asked]}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps(given),
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
