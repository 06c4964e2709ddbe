"""EMHASS 0.18.7 as an outside planner: a line of settings, then problems as `tomte plan --jsonl` reads them, one a
line; for each, what it would do with the battery and each load, W by slot. Its own Optimization class and its own
defaults, but for what the settings line names; slots of one length."""
import json
import logging
import os
import sys
import time
from datetime import datetime

import emhass
import numpy as np
import pandas as pd
from emhass.optimization import Optimization

logging.disable(logging.ERROR)
ROOT = os.path.dirname(emhass.__file__)
with open(os.path.join(ROOT, "data", "config_defaults.json"), encoding="utf-8") as file:
    DEFAULTS = json.load(file)


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() / 60


class Planner:
    """Built once for one house: EMHASS keeps its model between solves, which is what makes it fast."""

    def __init__(self, settings, problem):
        self.settings = settings
        self.kinds = settings["kinds"]
        battery = problem["battery"]
        self.battery = battery
        step = problem["slotMinutes"]
        count = len(problem["importPrice"])
        loads = len(self.kinds)
        house = {
            **DEFAULTS,
            "optimization_time_step": pd.Timedelta(minutes=step),
            "time_zone": "UTC",
            "sensor_power_photovoltaics": "pv",
            "sensor_power_load_no_var_loads": "load",
        }
        plant = {
            **DEFAULTS,
            "maximum_power_from_grid": problem["gridImportMaxW"],
            "maximum_power_to_grid": 100_000,
            "battery_charge_power_max": battery["chargeMaxW"],
            "battery_discharge_power_max": battery["dischargeMaxW"],
            "battery_charge_efficiency": battery["chargeEfficiency"],
            "battery_discharge_efficiency": battery["dischargeEfficiency"],
            "battery_nominal_energy_capacity": battery["capacityWh"],
            "battery_minimum_state_of_charge": battery["socMinWh"] / battery["capacityWh"],
            "battery_maximum_state_of_charge": battery["socMaxWh"] / battery["capacityWh"],
            "battery_target_state_of_charge": settings["socFinal"],
        }
        optim = {
            **DEFAULTS,
            "set_use_battery": True,
            "set_use_pv": True,
            "num_threads": 1,
            "lp_solver_mip_rel_gap": settings["gap"],
            "weight_battery_charge": settings["wear"] / 2,
            "weight_battery_discharge": settings["wear"] / 2,
            "number_of_deferrable_loads": loads,
            "nominal_power_of_deferrable_loads": [kind["powerW"] for kind in self.kinds],
            "minimum_power_of_deferrable_loads": [0] * loads,
            "cost_forecast_per_deferrable_load": [None] * loads,
            "is_electric_load": [True] * loads,
            "operating_hours_of_each_deferrable_load": [0] * loads,
            "operating_timesteps_of_each_deferrable_load": [0] * loads,
            "start_timesteps_of_each_deferrable_load": [0] * loads,
            "end_timesteps_of_each_deferrable_load": [0] * loads,
            "treat_deferrable_load_as_semi_cont": [True] * loads,
            "set_deferrable_load_single_constant": [kind["contiguous"] for kind in self.kinds],
            "set_deferrable_startup_penalty": [0.0] * loads,
            "deferrable_load_max_cost": [0.0] * loads,
            "set_deferrable_max_startups": [0] * loads,
            "def_minimum_on_time": [0] * loads,
            "def_minimum_off_time": [0] * loads,
            "delta_forecast_daily": pd.Timedelta(minutes=step * count),
        }
        paths = {"root_path": ROOT, "data_path": ROOT}
        self.optimization = Optimization(
            house, optim, plant, "unit_load_cost", "unit_prod_price", "profit", paths,
            logging.getLogger("emhass"), num_timesteps=count,
        )
        self.count = count

    def plan(self, problem):
        count, step = len(problem["importPrice"]), problem["slotMinutes"]
        begin = at(problem["start"])
        index = pd.date_range(problem["start"], periods=count, freq=f"{step}min")
        data = pd.DataFrame(
            {"unit_load_cost": problem["importPrice"], "unit_prod_price": problem["exportPrice"]},
            index=index,
        )
        steps, first, last, ids = [], [], [], []
        for kind in self.kinds:
            job = next((one for one in problem["loads"] if one["id"].split("@")[0] == kind["id"]), None)
            ids.append(job and job["id"])
            if job is None:
                steps.append(0), first.append(0), last.append(0)
                continue
            left = round((job["durationMinutes"] - job["doneMinutes"]) / step)
            start = max(0, round((at(job["earliest"]) - begin) / step))
            end = min(count, round((at(job["deadline"]) - begin) / step))
            # A window that is too short makes it fail; what must run by now the plant runs anyway.
            steps.append(min(left, max(0, end - start)))
            first.append(start), last.append(max(end, 1))
        pv = pd.Series(np.array(problem["solarW"], dtype=float), index=index)
        load = pd.Series(np.array(problem["baseLoadW"], dtype=float), index=index)
        capacity = self.battery["capacityWh"]
        begun = time.perf_counter()
        found = self.optimization.perform_naive_mpc_optim(
            data, pv, load, count,
            soc_init=problem["battery"]["socWh"] / capacity,
            soc_final=self.settings["socFinal"],
            def_total_timestep=steps,
            def_start_timestep=first,
            def_end_timestep=last,
        )
        ms = (time.perf_counter() - begun) * 1000
        status = str(self.optimization.optim_status)
        if "P_batt" not in found or found["P_batt"].isna().any():
            return {"status": status, "ms": ms, "batteryW": None, "loads": {}}
        loads = {
            id: [float(watts) for watts in found[f"P_deferrable{n}"]]
            for n, id in enumerate(ids)
            if id is not None
        }
        return {"status": status, "ms": ms, "batteryW": [float(w) for w in found["P_batt"]], "loads": loads}


settings = json.loads(sys.stdin.readline())
planners = {}
for line in sys.stdin:
    problem = json.loads(line)
    key = (len(problem["importPrice"]), problem["slotMinutes"])
    if key not in planners:
        planners[key] = Planner(settings, problem)
    sys.stdout.write(json.dumps(planners[key].plan(problem)) + "\n")
    sys.stdout.flush()
