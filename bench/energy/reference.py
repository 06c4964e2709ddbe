"""An independent reference for the planner: problems as `tomte plan --jsonl` reads them, one a line, the least
cost of each a line out (end value taken off), or "infeasible" where no plan holds every limit. Written apart from
the planner's own model: every direction has a binary, nothing is left out where prices make it needless."""
import json
import sys
from datetime import datetime

import highspy


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() / 60


def best(problem):
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("mip_abs_gap", 1e-6)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("time_limit", 60.0)
    count = len(problem["importPrice"])
    minutes = problem["slotMinutes"]
    minutes = minutes if isinstance(minutes, list) else [minutes] * count
    begins, t = [], at(problem["start"])
    for m in minutes:
        begins.append(t)
        t += m
    ends = [b + m for b, m in zip(begins, minutes)]
    use = [problem["baseLoadW"][n] / 1000 for n in range(count)]
    cost = 0
    for load in problem.get("loads") or []:
        left = max(0, load["durationMinutes"] - (load.get("doneMinutes") or 0))
        if left <= 0:
            continue
        kw = load["powerW"] / 1000
        early, dead = at(load["earliest"]), at(load["deadline"])
        if load.get("contiguous"):
            starts = []
            for s in range(count):
                covered, e = 0, s
                while e < count and covered < left:
                    covered += minutes[e]
                    e += 1
                running = bool(load.get("running"))
                if covered < left or ends[e - 1] > dead:
                    continue
                if (running and s != 0) or (not running and begins[s] < early):
                    continue
                starts.append((h.addBinary(), s, e))
            if not starts:
                return None
            h.addConstr(sum(y for y, _, _ in starts) == 1)
            for y, s, e in starts:
                for n in range(s, e):
                    use[n] = use[n] + kw * y
        else:
            may = [n for n in range(count) if begins[n] >= early and ends[n] <= dead]
            if not may:
                return None
            on = {n: h.addBinary() for n in may}
            total = sum(minutes[n] * x for n, x in on.items())
            h.addConstr(total >= left)
            h.addConstr(total <= left + max(minutes[n] for n in may) - 1e-3)
            for n, x in on.items():
                use[n] = use[n] + kw * x
    battery = problem.get("battery")
    stored = battery["socWh"] / 1000 if battery else 0
    big = 1000
    fuse = problem.get("gridImportMaxW")
    out = problem.get("gridExportMaxW")
    for n in range(count):
        hours = minutes[n] / 60
        bought = h.addVariable(0, big if fuse is None else fuse / 1000)
        sold = h.addVariable(0, big if out is None else out / 1000)
        sun = h.addVariable(0, problem["solarW"][n] / 1000)
        buys = h.addBinary()
        h.addConstr(bought <= big * buys)
        h.addConstr(sold <= big * (1 - buys))
        cost = cost + hours * (problem["importPrice"][n] * bought - problem["exportPrice"][n] * sold)
        into, outof = 0, 0
        if battery:
            into = h.addVariable(0, battery["chargeMaxW"] / 1000)
            outof = h.addVariable(0, battery["dischargeMaxW"] / 1000)
            fills = h.addBinary()
            h.addConstr(into <= battery["chargeMaxW"] / 1000 * fills)
            h.addConstr(outof <= battery["dischargeMaxW"] / 1000 * (1 - fills))
            if not battery.get("mayExport"):
                h.addConstr(outof <= battery["dischargeMaxW"] / 1000 * buys)
            after = h.addVariable(battery["socMinWh"] / 1000, battery["socMaxWh"] / 1000)
            gained = battery["chargeEfficiency"] * into - outof * (1 / battery["dischargeEfficiency"])
            h.addConstr(after == stored + hours * gained)
            stored = after
            cost = cost + hours * battery["wearCostPerKWh"] / 2 * (into + outof)
        h.addConstr(bought - sold + sun + outof - into == use[n])
    if battery:
        cost = cost - battery["endValuePerKWh"] * stored
    h.minimize(cost)
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return h.getObjectiveValue()


for line in sys.stdin:
    found = best(json.loads(line))
    print("infeasible" if found is None else f"{found:.9f}", flush=True)
