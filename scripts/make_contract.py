"""Write fgsm/ui/contract.d.ts: the types of what the browser may ask, and of what it gets.

    python -m scripts.make_contract

They come from the Python types that the service checks and returns. The page's scripts are checked
against the file; a test generates it again and compares.
"""

import re
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from fgsm import ui
from fgsm.service import FUNCTIONS
from fgsm.service.answer import Catalogue, Progress
from fgsm.service.request import FollowRequest, Request

CONTRACT = Path(ui.__file__).with_name("contract.d.ts")
HEAD = """\
// Made by `python -m scripts.make_contract` from fgsm/service; do not edit.

/** Pictures of 28 x 28 bytes: as they are, or base64 of zlib of each one minus the one before. */
export type Packed = Uint8Array | (string & { readonly packed: unique symbol });

/** What is answered to a request that cannot be: a sentence for people. */
export interface Refusal { error: string }

"""


def contract() -> str:
    """The file's text."""
    found: dict[str, dict[str, Any]] = {}
    functions = []
    for name, function in FUNCTIONS.items():
        hints = get_type_hints(function)
        for hint in (hints["request"], hints["return"]):
            _collect(hint, found)
        functions.append(
            f"  {name}(request: {hints['request'].__name__}): "
            f"Promise<{hints['return'].__name__} | Refusal>;"
        )
    for hint in (FollowRequest, Progress, Catalogue):
        _collect(hint, found)
    interfaces = [_interface(name, schema) for name, schema in sorted(found.items())]
    service = "/** The functions of the service. */\nexport interface Service {\n{}\n}\n"
    return HEAD + "\n".join(interfaces) + "\n" + service.replace("{}", "\n".join(functions))


def _collect(hint: Any, found: dict[str, dict[str, Any]]) -> None:
    """Collect the JSON schemas of a class and of the classes it is made of, by name."""
    is_asked = issubclass(hint, Request)
    schema = TypeAdapter(hint).json_schema(mode="validation" if is_asked else "serialization")
    found.update(schema.pop("$defs", {}))
    found[hint.__name__] = schema


def _interface(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    lines = [f"/** {_first_sentence(schema['description'])} */"] if "description" in schema else []
    lines.append(f"export interface {name} {{")
    for field, about in schema["properties"].items():
        lines.append(f"  {field}{'' if field in required else '?'}: {_type(about)};")
    return "\n".join([*lines, "}\n"])


def _first_sentence(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("`", "")


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema as TypeScript."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("title") == "Packed":
        return "Packed"
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    kind = schema["type"]
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": each}) for each in kind)
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(_type(each) for each in schema['prefixItems'])}]"
        items = _type(schema["items"])
        return f"({items})[]" if " " in items else f"{items}[]"
    if kind == "object":
        return f"Record<string, {_type(schema['additionalProperties'])}>"
    return "number" if kind == "integer" else str(kind)


def main() -> None:
    """Write the file."""
    CONTRACT.write_text(contract(), "utf-8")
    print(f"wrote {CONTRACT}")


if __name__ == "__main__":
    main()
