"""river's HalfSpaceTrees on the readings of standard input (CSV: t in ms, id, number), one model a sensor, in the
order they came: the value, the two before it and the hour of day, scored and then learned. Answers one JSON line."""
import json
import sys
import time

from river import anomaly

rows = []
for line in sys.stdin:
    t, entity, value = line.rstrip("\n").split(",")
    rows.append((int(t), entity, float(value)))

low, high = {}, {}
for _, entity, value in rows:
    low[entity] = min(value, low.get(entity, value))
    high[entity] = max(value, high.get(entity, value))
trees = {"default": {}, "25 trees": {"n_trees": 25}}
answer = {}
for name, options in trees.items():
    models, before = {}, {}
    began = time.process_time()
    for t, entity, value in rows:
        model = models.get(entity)
        if model is None:
            # Told the range of what will come, which Tomte is not: the trees need one.
            span = (low[entity], high[entity] + 1e-9)
            limits = {"a": span, "b": span, "c": span, "h": (0, 24)}
            model = models[entity] = anomaly.HalfSpaceTrees(seed=1, limits=limits, **options)
        last, older = before.get(entity, (value, value))
        point = {"a": value, "b": last, "c": older, "h": t / 3_600_000 % 24}
        model.score_one(point)
        model.learn_one(point)
        before[entity] = (value, last)
    seconds = time.process_time() - began
    bytes_each = sum(model._raw_memory_usage for model in models.values()) / len(models)
    answer[name] = {
        "readingsPerSecond": round(len(rows) / seconds),
        "kilobytesASensor": round(bytes_each / 1024),
    }
print(json.dumps(answer))
