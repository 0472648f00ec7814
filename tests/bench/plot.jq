# A bar for each side of each result, as long as its time by that of the slowest.
def bar_height: 18;
def label_width: 220;
def bar_width: 460;
def text($x; $y; $what): "<text x=\"\($x)\" y=\"\($y)\">\($what)</text>";
[.[] | . as $r | (.sides | map(.wall_ms) | max) as $most |
	.sides | to_entries[] | {
		name: (if .key == 0 then $r.name else "" end),
		label: .value.label, ms: .value.wall_ms,
		part: (.value.wall_ms / ([$most, 0.01] | max)),
		color: (if .key == 0 then "#2b6cb0" else "#a0aec0" end)
	}] as $bars |
"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"\(($bars | length) * bar_height + 20)\" font-family=\"sans-serif\" font-size=\"12\">",
($bars | to_entries[] | (.key * bar_height + 10) as $y | .value |
	text(4; $y + 13; .name),
	"<rect x=\"\(label_width)\" y=\"\($y)\" width=\"\([.part * bar_width, 1] | max | floor)\" height=\"\(bar_height - 4)\" fill=\"\(.color)\"/>",
	text(label_width + bar_width * .part + 6 | floor; $y + 13; "\(.label) \(.ms * 10 | round / 10) ms")),
"</svg>"
