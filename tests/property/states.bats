# Random repositories in random states; tests/property/random_state says what is
# done to each. PROPERTY_SEED and PROPERTY_STATES choose others, or more.

load ../test_helper

@test 'random states come back, also what git does with them afterwards' {
	first=${PROPERTY_SEED:-1}
	number=${PROPERTY_STATES:-100}
	for ((seed = first; seed < first + number; seed++)); do
		mkdir "$TMPDIR/$seed"
		"$BATS_TEST_DIRNAME/random_state" "$seed" "$TMPDIR/$seed" ||
			fail "seed $seed"
		rm -rf "${TMPDIR:?}/$seed"
	done
}
