"""Make the sample counties and the sample programme anew: `python -m geo.synthetic`. Beside the rooms."""

from geo.model.schemes import DATA
from geo.synthetic.programme import write_programme
from geo.synthetic.samples import SAMPLES, write_sample

for county in SAMPLES:
    write_sample(county, DATA / "sample" / county)
write_programme(DATA / "reference" / "programmes" / "sample")
