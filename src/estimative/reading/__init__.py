"""From a folder of YAML to a `Scenario`, or to every problem of every file, each with its cure.

`read_scenario` is what others use, and for single cells of a sheet `read_experts` and
`written_chance`. Inside, `_yaml_documents` makes a tree of texts that know
their lines; `_quantities`, `_links`, `_people` and `_references` read single values; `_entries` and
the `*_entries` read tables; `_scenario_folder` reads all files in the order of their dependence;
`_doubts` warns.
"""

from estimative.reading._people import People
from estimative.reading._quantities import written_chance
from estimative.reading._scenario_folder import read_experts, read_scenario
from estimative.reading._track_records import record_of_text

__all__ = ["People", "read_experts", "read_scenario", "record_of_text", "written_chance"]
