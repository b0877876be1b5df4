"""Make the sample counties of data/sample anew: `python -m geo.synthetic`. Beside the rooms."""

from geo.model.schemes import DATA
from geo.synthetic.samples import SAMPLES, write_sample

for county in SAMPLES:
    write_sample(county, DATA / "sample" / county)
