"""From a folder of YAML to a `Scenario`, or to every problem of every file, each with its cure.

`read_scenario` is all that others use. Inside, `_yaml_documents` makes a tree of texts that know
their lines; `_quantities`, `_links`, `_people` and `_references` read single values; `_entries` and
the `*_entries` read tables; `_scenario_folder` reads all files in the order of their dependence;
`_doubts` warns.
"""

from estimative.reading._scenario_folder import read_scenario

__all__ = ["read_scenario"]
