# A row of the table: ours, and each other side with the ratio of ours to it.
def pad($n): tostring | . + (" " * ([0, $n - length] | max));
def round2: . * 100 | round / 100;
. as $r | .sides[0] as $ours |
(.name | pad(28)) + "ours \($ours.wall_ms | round) ms, \($ours.peak_kb / 1024 | round) MiB" +
([.sides[1:][] | "; \(.label) \(.wall_ms | round) ms: \(.ratio | round2) (cpu \(.cpu_ratio | round2))"] | add // "") +
(if $target == "" then "" else "   wanted: " + $target end)
