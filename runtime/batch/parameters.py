"""The arguments of run(), as inference-schema's decorators describe them."""

import inspect

from .tables import FLOAT, TEXT


def parameters_of(run):
    """In the order of run(); none where it has no schema."""
    found = {}
    function = run
    while hasattr(function, "__wrapped__"):
        wrapper = getattr(function, "_self_wrapper", None)
        held = inspect.getclosurevars(wrapper).nonlocals if inspect.isfunction(wrapper) else {}
        if "param_type" in held:
            found[held["param_name"]] = (held["param_type"], held["convert_to_provided_type"])
        function = function.__wrapped__
    signature = inspect.signature(run).parameters
    if not found:
        return []
    return [
        Parameter(name, *found.get(name, (None, False)), parameter.default is not parameter.empty)
        for name, parameter in signature.items()
        if name != "request_headers"
    ]


class Parameter:
    """`kind`: frame (pandas), matrix and vector (numpy), records (list of objects), rows (list of lists), values (list of
    others), parts (an object of such), single (one value a call)."""

    def __init__(self, name, type_, converts, is_optional):
        self.name, self._is_optional, self._parts = name, is_optional, []
        sample = getattr(type_, "sample_input", None)
        self._columns, self._width, self._dtype, self._dtypes = [], 1, None, {}
        self.kind = self._kind(type(type_).__name__, sample, converts)

    def _kind(self, type_name, sample, converts):
        if type_name == "PandasParameterType":
            self._columns, self._dtypes = list(map(str, sample.columns)), {str(k): v for k, v in sample.dtypes.items()}
            self._texts = {
                str(name) for name, values in sample.items() if any(isinstance(value, str) for value in values)
            }
            return "frame" if converts else "records"
        if type_name == "NumpyParameterType":
            self._dtype, self._width = sample.dtype, sample.shape[1] if sample.ndim == 2 else 1
            is_plain = (
                converts and sample.dtype.names is None and sample.ndim in (1, 2) and sample.dtype.kind in "fiubU"
            )
            return ("vector", "matrix")[sample.ndim - 1] if is_plain else "rows"
        if isinstance(sample, dict) and sample and all(hasattr(value, "sample_input") for value in sample.values()):
            self._parts = [Parameter(name, value, converts, False) for name, value in sample.items()]
            return "parts"
        if not isinstance(sample, (list, tuple)):
            return "single"
        if sample and isinstance(sample[0], dict):
            self._columns = list(sample[0])
            return "records"
        is_nested = not sample or isinstance(sample[0], (list, tuple)) or hasattr(sample[0], "sample_input")
        return "rows" if is_nested else "values"

    def _own(self, names, all_parameters):
        """The columns of one that takes those that nobody else does."""
        others = set()
        for other in all_parameters:
            if other is not self:
                others.update([other.name], other._columns if other.kind in ("frame", "records") else [])
        return [name for name in names if name not in others]

    def problem(self, columns, all_parameters, form):
        """What is wrong with a table of these columns, as the end of a sentence; None if nothing is."""
        if self.kind == "parts":
            problems = (part.problem(columns, self._parts, form) for part in self._parts)
            return next((problem for problem in problems if problem), None)
        if columns is None or self.name in columns or self._is_optional:
            return None
        shown = ", ".join(columns[:30])
        if self.kind == "frame" or self.kind == "records" and form != "jsonl":
            missing = [name for name in self._columns if name not in columns]
            return f"must have the columns {', '.join(missing)}, got {shown}" if missing else None
        if self.kind in ("matrix", "vector", "values"):
            own = self._own(columns, all_parameters)
            remedy = (
                "name those that count with '--columns'" if len(own) > self._width else "add those that are missing"
            )
            got = f"got {len(own)}: {', '.join(own[:30])}; {remedy}"
            return None if len(own) == self._width else f"must have {self._width} columns for '{self.name}', {got}"
        is_bare = self.kind == "single" and not self._columns
        return f"must have a column '{self.name}', got {shown}" if is_bare else None

    def types(self, columns, all_parameters):
        if self.kind == "parts":
            return {name: kind for part in self._parts for name, kind in part.types(columns, self._parts).items()}
        if self.name in columns:
            return {}
        if self.kind == "frame":
            floats = {name: FLOAT for name, dtype in self._dtypes.items() if getattr(dtype, "kind", "") == "f"}
            return {
                name: kind for name, kind in {**floats, **dict.fromkeys(self._texts, TEXT)}.items() if name in columns
            }
        if self.kind in ("matrix", "vector") and self._dtype.kind in "fU":
            return dict.fromkeys(self._own(columns, all_parameters), FLOAT if self._dtype.kind == "f" else TEXT)
        return {}

    def is_single(self, rows):
        """One whose value is for the whole call, so that each row has to have a call of its own."""
        if self.kind == "parts":
            return any(part.is_single(rows) for part in self._parts)
        return self.kind == "single" and (rows.has(self.name) or not self._is_optional)

    def add_to(self, values, rows, all_parameters):
        if not self._is_optional or rows.has(self.name) or self.kind != "single":
            values[self.name] = self._value(rows, all_parameters)

    def _value(self, rows, all_parameters):
        if rows.has(self.name) and not (self.kind == "frame" and self.name in self._columns):
            return self._own_value(rows.values(self.name))
        if self.kind == "frame":
            return self._typed(rows.frame(self._columns))
        if self.kind == "parts":
            values = {}
            for part in self._parts:
                part.add_to(values, rows, self._parts)
            return values
        if self.kind in ("matrix", "vector"):
            return self._array(rows, self._own(rows.names, all_parameters) if rows.names else None)
        if self.kind == "records":
            return rows.records()
        if self.kind == "single":
            return rows.records()[0]
        names = self._own(rows.names, all_parameters) if rows.names else []
        return rows.values(names[0]) if names and self.kind == "values" else rows.lists(names)

    def _own_value(self, values):
        """Of a column with this parameter's name."""
        if self.kind == "single":
            return values[0]
        if self.kind in ("matrix", "vector"):
            import numpy

            return numpy.array(values, dtype=self._dtype)
        if self.kind == "frame":
            import pandas

            return self._typed(pandas.DataFrame(values))
        return values

    def _typed(self, frame):
        changes = {name: dtype for name, dtype in self._dtypes.items() if name in frame and frame[name].dtype != dtype}
        return frame.astype(changes) if changes else frame

    def _array(self, rows, names):
        import numpy

        if names is None:
            return numpy.array(rows.lists([]), dtype=self._dtype)
        if self.kind == "vector":
            return rows.array(names[0], self._dtype)
        result = numpy.empty((rows.count, len(names)), dtype=self._dtype)
        for place, name in enumerate(names):
            result[:, place] = rows.array(name, self._dtype)
        return result
